import type { RecordCursor } from '../../platform/kafka/record-cursor.ts';
import type { ErasedUsers } from '../../store/erasures/erased-users.ts';
import type { KnownErasures } from '../../store/erasures/known-erasures.ts';
import type { Counters } from '../counters.ts';
import { keyText } from '../../store/decode/org-of-record.ts';
import type { FetchedBatch, TakeBatch } from '../fetch/fetcher.ts';
import type { LandedRange } from '../fetch/landed-range.ts';
import type { DeadLetter } from './dead-letters.ts';
import type { Inserts } from './inserts.ts';
import type { Land } from './landing-order.ts';

/** A record of such a topic: its value, its offset, and when Kafka appended it. */
export type LogRecord = Pick<RecordCursor, 'value' | 'offset' | 'timestampMs'>;

/** A topic with one partition whose order makes decisions, and how its records become rows. */
export interface DecisionLog<Row extends object = object> {
  readonly table: string;
  /** Why a record is quarantined that is not a row of the table. */
  readonly invalidReason: DeadLetter['reason'];
  /**
   * @returns a row as JSON values, with the same keys in the same order each time
   * @throws InvalidRecordError if the record must not land for another reason, any other error for `invalidReason`
   */
  rowOf(this: void, record: LogRecord): Row;
  /** A row with pseudonyms in place of erased persons. Absent where no record names a caller. */
  withoutErased?(this: void, row: Row, erased: ErasedUsers): Row;
}

/** A record that is quarantined, with its reason. */
export class InvalidRecordError extends Error {
  readonly code = 'INVALID_RECORD';
  readonly reason: DeadLetter['reason'];
  constructor(reason: DeadLetter['reason'], detail: string) {
    super(detail);
    this.name = 'InvalidRecordError';
    this.reason = reason;
  }
}

export interface DecisionLogSteps {
  readonly inserts: Inserts;
  readonly land: Land;
  readonly counters: Counters;
  readonly erasures: Pick<KnownErasures, 'current'>;
  /** Gets each range before it lands. */
  readonly onTaken: (range: LandedRange) => void;
}

/**
 * Lands a decision log, each fetched batch at once: the process that appended a record waits for it to land. Erased
 * persons get their pseudonym in each attempt anew, as in call-events.ts.
 */
export function landDecisionLog<Row extends object>(
  log: DecisionLog<Row>,
  { inserts, land, counters, erasures, onTaken }: DecisionLogSteps,
): TakeBatch {
  const { table, withoutErased } = log;

  async function insertRows(rows: readonly Row[]): Promise<void> {
    if (withoutErased === undefined) return inserts.insertRows(table, rows);
    const erased = await erasures.current();
    const kept = erased.isEmpty ? rows : rows.map((row) => withoutErased(row, erased));
    await inserts.insertRows(table, kept);
  }

  return async (batch) => {
    const rows: Row[] = [];
    const deadLetters: DeadLetter[] = [];
    let firstAppendedAtMs: number | undefined;
    let lastAppendedAtMs: number | undefined;
    const records = batch.records();
    while (records.next()) {
      firstAppendedAtMs ??= records.timestampMs;
      lastAppendedAtMs = records.timestampMs;
      try {
        rows.push(log.rowOf(records));
      } catch (error) {
        const reason = error instanceof InvalidRecordError ? error.reason : log.invalidReason;
        deadLetters.push(deadLetterOf(batch, records, reason, error));
      }
    }
    const { topic, partition, generation, firstOffset, lastOffset } = batch;
    const range: LandedRange = {
      topic,
      partition,
      generation,
      firstOffset,
      lastOffset,
      rows: rows.length,
      quarantined: deadLetters.length,
      unpublished: batch.unpublishedIn(firstOffset, lastOffset),
      firstAppendedAtMs,
      lastAppendedAtMs,
    };
    onTaken(range);
    await land({
      rowsName: table,
      insertRows: () => insertRows(rows),
      deadLetters,
      replays: [],
      ranges: [range],
    });
    counters.decisionLogRows += rows.length;
    return true;
  };
}

const MAX_DETAIL_CHARACTERS = 300;

function deadLetterOf(
  { topic, partition }: FetchedBatch,
  { key, value, offset, timestampMs }: RecordCursor,
  reason: DeadLetter['reason'],
  error: unknown,
): DeadLetter {
  return {
    topic,
    partition,
    offset,
    appendedAtMs: timestampMs,
    key,
    value,
    reason,
    detail: (error instanceof Error ? error.message : String(error)).slice(0, MAX_DETAIL_CHARACTERS),
    orgId: keyText(key),
  };
}
