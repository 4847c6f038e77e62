/**
 * How many credits may have landed for each subscription since its usage was read: an upper bound. It decides which
 * usage is read again.
 *
 * The sums of credits by the second of their insert are read again and again, as rows of a second can be read some time
 * after it. What a sum has grown by since the last time is new. A sum can be read a moment before the calls that it
 * counts: so what was new shortly before a reading counts as if the reading may have missed it.
 */

interface NewCredits {
  /** When they were seen at the latest, milliseconds of a clock that only goes forward. */
  readonly seenAt: number;
  credits: number;
}

interface Second {
  /** Credits by subscription. */
  readonly rows: ReadonlyMap<string, number>;
  readonly sum: number;
}

/** D: an insert takes less, from its first row to the acknowledgement. */
export const MISSED_FOR_MS = 15_000;
/** What was seen within so long counts as seen at its end, so that little is kept of each subscription. */
const SEEN_WITHIN_MS = 1_000;

export class LandedSince {
  /** Those that are still read. */
  readonly #seconds = new Map<number, Second>();
  /** The text of each subscription, once: every second has thousands of them. */
  readonly #texts = new Map<string, string>();
  /** By subscription; the earlier of what is older than MISSED_FOR_MS is one sum. */
  readonly #new = new Map<string, NewCredits[]>();

  /** Of these sums of all subscriptions, the seconds whose sum has changed: their rows must be read. */
  changed(sums: ReadonlyMap<number, number>): number[] {
    return [...sums]
      .filter(([second, sum]) => sum !== (this.#seconds.get(second)?.sum ?? 0))
      .map(([second]) => second);
  }

  /**
   * Takes what was read of one second.
   * @returns the subscriptions with new credits
   */
  take(second: number, rows: ReadonlyMap<string, number>, now: number): string[] {
    const before = this.#seconds.get(second)?.rows;
    const kept = new Map<string, number>();
    const grown: string[] = [];
    let sum = 0;
    for (const [text, credits] of rows) {
      const subscription = this.#textOf(text);
      kept.set(subscription, credits);
      sum += credits;
      const added = credits - (before?.get(subscription) ?? 0);
      if (added <= 0) continue;
      this.#add(subscription, added, now);
      grown.push(subscription);
    }
    this.#seconds.set(second, { rows: kept, sum });
    return grown;
  }

  /** Seconds before this one are read no more. */
  forgetBefore(second: number): void {
    for (const each of this.#seconds.keys()) if (each < second) this.#seconds.delete(each);
  }

  /** The credits that a reading of the subscription may lack. */
  since(subscription: string): number {
    return sumOf(this.#new.get(subscription) ?? []);
  }

  /** @param startedAt when the reading began, by the same clock */
  wasRead(subscription: string, startedAt: number): void {
    const kept = (this.#new.get(subscription) ?? []).filter(
      ({ seenAt }) => seenAt >= startedAt - MISSED_FOR_MS,
    );
    if (kept.length > 0) this.#new.set(subscription, kept);
    else this.#new.delete(subscription);
  }

  #add(subscription: string, credits: number, now: number): void {
    const seenAt = Math.ceil(now / SEEN_WITHIN_MS) * SEEN_WITHIN_MS;
    const list = this.#new.get(subscription) ?? [];
    const last = list.at(-1);
    if (last?.seenAt === seenAt) {
      last.credits += credits;
      return;
    }
    const old = list.filter((each) => each.seenAt < now - MISSED_FOR_MS);
    const recent = list.slice(old.length);
    const lastOld = old.at(-1);
    const merged = lastOld ? [{ seenAt: lastOld.seenAt, credits: sumOf(old) }] : [];
    this.#new.set(subscription, [...merged, ...recent, { seenAt, credits }]);
  }

  #textOf(subscription: string): string {
    const known = this.#texts.get(subscription);
    if (known !== undefined) return known;
    this.#texts.set(subscription, subscription);
    return subscription;
  }
}

const sumOf = (list: readonly NewCredits[]): number => list.reduce((sum, { credits }) => sum + credits, 0);
