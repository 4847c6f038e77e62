import type { Block } from './insert-batch.ts';
import { CALL_EVENT_COLUMNS } from '../decode/call-event-columns.ts';
import type { Counters } from '../counters.ts';
import type { Inserts } from './inserts.ts';
import type { RetryUntilSuccess } from '../retry.ts';
import type { Quarantine } from './dead-letters.ts';
import type { LandedRange } from '../fetch/landed-range.ts';

export interface LandingSteps {
  readonly inserts: Inserts;
  readonly quarantine: Quarantine;
  readonly retryUntilSuccess: RetryUntilSuccess;
  readonly counters: Counters;
  /** Commits the ranges and says how far landing is; must not reject. */
  readonly onLanded: (ranges: readonly LandedRange[]) => Promise<void>;
  readonly now: () => number;
}

/**
 * The order that makes every figure exact: rows and dead letters first, then the record of what landed, then the
 * offset commit. A crash between any two repeats work on rows that replace themselves.
 */
export function landingOf(steps: LandingSteps): (block: Block) => Promise<void> {
  const { inserts, quarantine, retryUntilSuccess, counters, onLanded, now } = steps;

  async function landEvents({ columns }: Block): Promise<void> {
    if (columns.rows === 0) return;
    const body = columns.body();
    const startedAtMs = now();
    await retryUntilSuccess('landing events', () =>
      inserts.insert('call_events', CALL_EVENT_COLUMNS, 'Native', body),
    );
    counters.insertMs += now() - startedAtMs;
    counters.landedRows += columns.rows;
    counters.landedBlocks += 1;
    counters.landedBytes += body.reduce((sum, piece) => sum + piece.length, 0);
  }

  async function landDeadLetters({ deadLetters }: Block): Promise<void> {
    if (deadLetters.length === 0) return;
    // Two steps: a ClickHouse that is away must not make the dead letters be published again and again.
    await retryUntilSuccess('publishing dead letters', () => quarantine.publish(deadLetters));
    await retryUntilSuccess('recording dead letters', () => quarantine.record(deadLetters));
  }

  return async (block) => {
    await Promise.all([landEvents(block), landDeadLetters(block)]);
    await retryUntilSuccess('recording what landed', () => recordRanges(inserts, block.ranges));
    await onLanded(block.ranges);
  };
}

/** Rows of landed_ranges: written after the insert, before the commit; coverage is the union of the intervals. */
export async function recordRanges(inserts: Inserts, ranges: readonly LandedRange[]): Promise<void> {
  const rows = ranges.map(({ topic, partition, firstOffset, lastOffset, rows: count, quarantined }) => ({
    topic,
    partition,
    first_offset: firstOffset,
    last_offset: lastOffset,
    rows: count,
    quarantined,
  }));
  await inserts.insertRows('landed_ranges', rows);
}
