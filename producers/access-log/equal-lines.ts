import { instantText } from './instant-text.ts';

/** The log is too large and too far from the order of its times to count its equal lines in bounded memory. */
export class LogUnsortedError extends Error {
  readonly code = 'LOG_UNSORTED';
  constructor(line: number, atMs: number, remembered: number) {
    super(
      `Line ${line} is dated ${instantText(atMs)}, but more than ${remembered} different lines of that time or later ` +
        'stand before it, so the replay cannot say whether it repeats an earlier line. Nothing was published. Sort ' +
        'the log by time and replay that: the order changes no event id.',
    );
    this.name = 'LogUnsortedError';
  }
}

/** D: about 120 MB. At 1,000 calls a second, lines may stand 8 minutes away from their place. */
const MAX_REMEMBERED = 1_000_000;

/**
 * Counts how many equal lines stood before a line of a log. Equal lines have equal times, and logs are nearly in the
 * order of time, so only the latest times are remembered: whenever a million different lines are, the earlier half by
 * time is forgotten. The count is exact: a line that is not later than a forgotten one is an error. A log of up to a
 * million different lines may have any order.
 */
export class EqualLines {
  readonly #maxRemembered: number;
  /** Logged times in seconds, by the digest of the line. */
  readonly #times = new Map<string, number>();
  /** How often lines stood before that did so more than once, by digest. */
  readonly #repeats = new Map<string, number>();
  #forgottenUpTo = -Infinity;

  constructor(maxRemembered = MAX_REMEMBERED) {
    this.#maxRemembered = maxRemembered;
  }

  /**
   * Counts the line.
   * @param digest of the line's bytes
   * @param loggedAtMs epoch milliseconds, in whole seconds
   * @returns how many equal lines were counted before
   * @throws LogUnsortedError
   */
  countBefore(digest: string, loggedAtMs: number, line: number): number {
    const time = loggedAtMs / 1_000;
    if (time <= this.#forgottenUpTo) {
      throw new LogUnsortedError(line, loggedAtMs, Math.floor(this.#maxRemembered / 2));
    }
    if (this.#times.has(digest)) {
      const before = this.#repeats.get(digest) ?? 1;
      this.#repeats.set(digest, before + 1);
      return before;
    }
    if (this.#times.size === this.#maxRemembered) this.#forgetEarlierHalf();
    // Not if it has just become one of the forgotten: they are all the lines up to a time, or the count is not exact.
    if (time > this.#forgottenUpTo) this.#times.set(digest, time);
    return 0;
  }

  #forgetEarlierHalf(): void {
    const times = Float64Array.from(this.#times.values()).toSorted();
    this.#forgottenUpTo = times[Math.floor((times.length - 1) / 2)] ?? -Infinity;
    for (const [digest, time] of this.#times) {
      if (time > this.#forgottenUpTo) continue;
      this.#times.delete(digest);
      this.#repeats.delete(digest);
    }
  }
}
