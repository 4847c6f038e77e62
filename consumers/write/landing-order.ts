import type { RetryUntilSuccess } from '../retry.ts';
import type { DeadLetter, Quarantine } from './dead-letters.ts';
import type { LandedReplay } from './replays.ts';
import type { LandedRange } from '../fetch/landed-range.ts';

/** What lands together: rows, dead letters, and the ranges of offsets they were read from. */
export interface Landing {
  /** The table of the rows as log lines name it. */
  readonly rowsName: string;
  /** Inserts the rows. It may run several times: repeated rows replace themselves. */
  readonly insertRows: () => Promise<void>;
  readonly deadLetters: readonly DeadLetter[];
  /** Which of its records replayed an earlier dead letter. */
  readonly replays: readonly LandedReplay[];
  readonly ranges: readonly LandedRange[];
}

/** Resolves when everything is safe; rejects only if the process gives up. */
export type Land = (landing: Landing) => Promise<void>;

export interface LandingSteps {
  readonly quarantine: Pick<Quarantine, 'publish' | 'record' | 'recordReplays'>;
  readonly retryUntilSuccess: RetryUntilSuccess;
  /** Gets the ranges whose rows and dead letters are safe. */
  readonly onLanded: (ranges: readonly LandedRange[]) => void;
  /** Records the ranges, then commits their offsets (range-recorder.ts). */
  readonly record: (ranges: readonly LandedRange[]) => Promise<void>;
}

/**
 * The order that makes every figure exact, for every topic: rows and dead letters first, then what became of replayed
 * ones, then the record of the landed ranges, then the offset commit. After a crash between two steps the records are
 * delivered again, and what landed before replaces itself.
 */
export function landInOrder({ quarantine, retryUntilSuccess, onLanded, record }: LandingSteps): Land {
  async function landDeadLetters(deadLetters: readonly DeadLetter[]): Promise<void> {
    if (deadLetters.length === 0) return;
    // Two steps, so that dead letters are not published again and again while ClickHouse is away.
    await retryUntilSuccess('publishing dead letters', () => quarantine.publish(deadLetters));
    await retryUntilSuccess('recording dead letters', () => quarantine.record(deadLetters));
  }

  return async ({ rowsName, insertRows, deadLetters, replays, ranges }) => {
    await Promise.all([retryUntilSuccess(`landing ${rowsName}`, insertRows), landDeadLetters(deadLetters)]);
    if (replays.length > 0) {
      await retryUntilSuccess('recording replays', () => quarantine.recordReplays(replays));
    }
    onLanded(ranges);
    await record(ranges);
  };
}
