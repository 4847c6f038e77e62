import type { Inserts } from './inserts.ts';
import type { RetryUntilSuccess } from '../retry.ts';
import type { DeadLetter, Quarantine } from './dead-letters.ts';
import type { LandedRange } from '../fetch/landed-range.ts';

/** What lands together: rows, dead letters, and the ranges of offsets they were read from. */
export interface Landing {
  /** The table of the rows as log lines name it. */
  readonly rowsName: string;
  /** Inserts the rows. It may run several times: repeated rows replace themselves. */
  readonly insertRows: () => Promise<void>;
  readonly deadLetters: readonly DeadLetter[];
  readonly ranges: readonly LandedRange[];
}

/** Resolves when everything is safe and the commit was attempted; rejects only if the process gives up. */
export type Land = (landing: Landing) => Promise<void>;

export interface LandingSteps {
  readonly inserts: Pick<Inserts, 'insertRows'>;
  readonly quarantine: Pick<Quarantine, 'publish' | 'record'>;
  readonly retryUntilSuccess: RetryUntilSuccess;
  /** Commits the ranges' offsets and updates the progress of landing; must not reject. */
  readonly onLanded: (ranges: readonly LandedRange[]) => Promise<void>;
}

/**
 * The order that makes every figure exact, for every topic: rows and dead letters first, then the record of the
 * landed ranges, then the offset commit. After a crash between two steps the records are delivered again, and what
 * landed before replaces itself.
 */
export function landInOrder({ inserts, quarantine, retryUntilSuccess, onLanded }: LandingSteps): Land {
  async function landDeadLetters(deadLetters: readonly DeadLetter[]): Promise<void> {
    if (deadLetters.length === 0) return;
    // Two steps, so that dead letters are not published again and again while ClickHouse is away.
    await retryUntilSuccess('publishing dead letters', () => quarantine.publish(deadLetters));
    await retryUntilSuccess('recording dead letters', () => quarantine.record(deadLetters));
  }

  return async ({ rowsName, insertRows, deadLetters, ranges }) => {
    await Promise.all([retryUntilSuccess(`landing ${rowsName}`, insertRows), landDeadLetters(deadLetters)]);
    await retryUntilSuccess('recording landed ranges', () =>
      inserts.insertRows('landed_ranges', ranges.map(rowOf)),
    );
    await onLanded(ranges);
  };
}

/** A row of landed_ranges; what has landed is the union of their intervals. */
function rowOf({ topic, partition, firstOffset, lastOffset, rows, quarantined, unpublished }: LandedRange) {
  return {
    topic,
    partition,
    first_offset: firstOffset,
    last_offset: lastOffset,
    rows,
    quarantined,
    unpublished: unpublished.map(({ first, last }) => [first, last]),
  };
}
