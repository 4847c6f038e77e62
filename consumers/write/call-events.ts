import { CALL_EVENT_COLUMNS } from '../../store/decode/call-event-columns.ts';
import type { RecordDecoder } from '../../store/decode/record-decoder.ts';
import { eraseRejected } from '../../store/erasures/erase-message.ts';
import { eraseRows } from '../../store/erasures/erase-rows.ts';
import type { KnownErasures } from '../../store/erasures/known-erasures.ts';
import type { Counters } from '../counters.ts';
import type { DeadLetter } from './dead-letters.ts';
import type { InsertBatch } from './insert-batch.ts';
import type { Inserts } from './inserts.ts';
import type { Land } from './landing-order.ts';
import { endTraces } from './landing-spans.ts';
import type { Tracing } from '../../platform/tracing/tracing.ts';

export interface CallEventLanding {
  readonly land: Land;
  readonly inserts: Inserts;
  readonly counters: Counters;
  readonly erasures: Pick<KnownErasures, 'current'>;
  /** Reads the dead letters of erased persons. */
  readonly decoder: Pick<RecordDecoder, 'read'>;
  /** Undefined where nothing is traced. */
  readonly tracing: Tracing | undefined;
}

/**
 * Lands insert batches of call events, their rows as one Native block. Calls of erased persons get their pseudonym at
 * the last moment, in each attempt anew: a batch may have waited for ClickHouse while a person was erased.
 */
export function landCallEvents(parts: CallEventLanding): (insertBatch: InsertBatch) => Promise<void> {
  const { land, inserts, counters, erasures, decoder, tracing } = parts;

  async function insertRows({ columns }: InsertBatch): Promise<void> {
    if (columns.rows === 0) return;
    const erased = await erasures.current();
    if (!erased.isEmpty) eraseRows(columns, erased);
    const body = columns.body();
    const startedAtMs = performance.now();
    await inserts.insert('call_events', CALL_EVENT_COLUMNS, 'Native', body);
    counters.insertMs += performance.now() - startedAtMs;
    counters.landedRows += columns.rows;
    counters.insertBatches += 1;
    counters.landedBytes += body.reduce((sum, piece) => sum + piece.length, 0);
  }

  async function withoutErased(deadLetters: readonly DeadLetter[]): Promise<readonly DeadLetter[]> {
    if (deadLetters.length === 0) return deadLetters;
    const erased = await erasures.current();
    if (erased.isEmpty) return deadLetters;
    return deadLetters.map((deadLetter) => {
      const { value, orgId, appendedAtMs } = deadLetter;
      if (value === null) return deadLetter;
      return {
        ...deadLetter,
        value: eraseRejected({ value, orgId, appendedAtMs }, decoder.read(value), erased),
      };
    });
  }

  return async (insertBatch) => {
    await land({
      rowsName: 'events',
      insertRows: () => insertRows(insertBatch),
      deadLetters: await withoutErased(insertBatch.deadLetters),
      replays: insertBatch.replays,
      ranges: insertBatch.ranges,
    });
    if (tracing) endTraces(tracing, insertBatch.traced, Date.now());
  };
}
