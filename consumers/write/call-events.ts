import { CALL_EVENT_COLUMNS } from '../../store/decode/call-event-columns.ts';
import type { Counters } from '../counters.ts';
import type { InsertBatch } from './insert-batch.ts';
import type { Inserts } from './inserts.ts';
import type { Land } from './landing-order.ts';
import { endTraces } from './landing-spans.ts';
import type { Tracing } from '../../platform/tracing/tracing.ts';

/**
 * Lands insert batches of call events, their rows as one Native block.
 * @param tracing undefined where nothing is traced
 */
export function landCallEvents(
  land: Land,
  inserts: Inserts,
  counters: Counters,
  tracing: Tracing | undefined,
): (insertBatch: InsertBatch) => Promise<void> {
  async function insertRows({ columns }: InsertBatch): Promise<void> {
    if (columns.rows === 0) return;
    const body = columns.body();
    const startedAtMs = performance.now();
    await inserts.insert('call_events', CALL_EVENT_COLUMNS, 'Native', body);
    counters.insertMs += performance.now() - startedAtMs;
    counters.landedRows += columns.rows;
    counters.insertBatches += 1;
    counters.landedBytes += body.reduce((sum, piece) => sum + piece.length, 0);
  }

  return async (insertBatch) => {
    await land({
      rowsName: 'events',
      insertRows: () => insertRows(insertBatch),
      deadLetters: insertBatch.deadLetters,
      replays: insertBatch.replays,
      ranges: insertBatch.ranges,
    });
    if (tracing) endTraces(tracing, insertBatch.traced, Date.now());
  };
}
