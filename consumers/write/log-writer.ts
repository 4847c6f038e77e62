import type { RecordCursor } from '../../platform/kafka/record-cursor.ts';
import type { Counters } from '../counters.ts';
import type { Batch, TakeBatch } from '../fetch/fetcher.ts';
import type { Inserts } from './inserts.ts';
import { recordRanges } from './landing-order.ts';
import type { RetryUntilSuccess } from '../retry.ts';
import { type DeadLetter, type Quarantine } from './dead-letters.ts';
import type { LandedRange } from '../fetch/landed-range.ts';
import { keyText } from '../decode/org-of-record.ts';

/** A record of such a topic: its value, its offset, and when Kafka appended it. */
export type LogRecord = Pick<RecordCursor, 'value' | 'offset' | 'timestampMs'>;

/** A topic of one partition whose order decides things, and how its records become rows. */
export interface LandedLog {
  readonly table: string;
  /** The reason under which a record that cannot be a row is quarantined. */
  readonly unfit: DeadLetter['reason'];
  /**
   * @returns a row as JSON values, the same keys in the same order each time. Throws UnfitRecordError where the
   *   record may not land for another reason than `unfit`, and any other error where it is none.
   */
  rowOf(this: void, record: LogRecord): object;
}

/** A record that is quarantined for a reason of its own, not for being none. */
export class UnfitRecordError extends Error {
  readonly code = 'UNFIT_RECORD';
  readonly reason: DeadLetter['reason'];
  constructor(reason: DeadLetter['reason'], detail: string) {
    super(detail);
    this.name = 'UnfitRecordError';
    this.reason = reason;
  }
}

export interface LogSteps {
  readonly inserts: Inserts;
  readonly quarantine: Quarantine;
  readonly retryUntilSuccess: RetryUntilSuccess;
  readonly counters: Counters;
  readonly onTaken: (range: LandedRange) => void;
  readonly onLanded: (ranges: readonly LandedRange[]) => Promise<void>;
}

/**
 * Lands such a log batch by batch, each at once: whoever appended waits for it. The same order as for events:
 * rows, dead letters, the range, the commit.
 */
export function logTaker(log: LandedLog, steps: LogSteps): TakeBatch {
  const { inserts, quarantine, retryUntilSuccess, counters, onTaken, onLanded } = steps;
  return async (batch) => {
    const rows: object[] = [];
    const letters: DeadLetter[] = [];
    const records = batch.records();
    let firstAppendedAtMs: number | undefined;
    let lastAppendedAtMs: number | undefined;
    while (records.next()) {
      firstAppendedAtMs ??= records.timestampMs;
      lastAppendedAtMs = records.timestampMs;
      try {
        rows.push(log.rowOf(records));
      } catch (error) {
        const reason = error instanceof UnfitRecordError ? error.reason : log.unfit;
        letters.push(letterOf(batch, records, reason, error));
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
      quarantined: letters.length,
      firstAppendedAtMs,
      lastAppendedAtMs,
    };
    onTaken(range);
    await retryUntilSuccess(`landing ${log.table}`, () => inserts.insertRows(log.table, rows));
    if (letters.length > 0) {
      await retryUntilSuccess('publishing dead letters', () => quarantine.publish(letters));
      await retryUntilSuccess('recording dead letters', () => quarantine.record(letters));
    }
    await retryUntilSuccess('recording what landed', () => recordRanges(inserts, [range]));
    counters.landedLogRows += rows.length;
    await onLanded([range]);
    return true;
  };
}

const MAX_DETAIL_CHARACTERS = 300;

function letterOf(
  { topic, partition }: Batch,
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
