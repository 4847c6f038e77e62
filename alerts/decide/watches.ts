import { LandedSince } from '../../domain/alerts/landed-since.ts';
import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { readLanded, subscriptionKey, subscriptionOf } from '../../store/alerts/landed-credits.ts';
import { READ_AGAIN_FOR_S } from '../../store/alerts/pulse.ts';
import { headroomOf } from './headroom.ts';
import type { WatchedTerms } from './rules-of.ts';

/** A subscription whose usage is watched. */
interface Watch {
  /** Its usage must be read again before so many more credits have landed. */
  readonly headroom: number;
  /** And at this instant, epoch milliseconds. */
  readonly lookAt: number;
}

/** D: half of what is read again, as the clocks of processes and of ClickHouse differ. */
const LONGEST_GAP_MS = (READ_AGAIN_FOR_S * 1_000) / 2;

export interface Clocks {
  /** Epoch milliseconds. */
  readonly now: number;
  /** Milliseconds of a clock that only goes forward. */
  readonly uptime: number;
}

export interface Subscribed {
  readonly orgId: string;
  readonly product: string;
}

/**
 * Which subscriptions must be looked at: those of which so many credits may have landed that a rule may be reached, and
 * those whose time has come. Nothing is read of any other.
 */
export class Watches {
  readonly #landed = new LandedSince();
  readonly #watches = new Map<string, Watch>();
  /** Those of them with an instant. */
  readonly #timed = new Set<string>();
  /** In the order in which they became due. */
  readonly #due = new Set<string>();
  #refreshed: Clocks | undefined;

  get count(): number {
    return this.#watches.size;
  }

  get dueCount(): number {
    return this.#due.size;
  }

  /**
   * Reads what has landed by the sums of the last seconds.
   * @param termsOf a subscription without usage when all was counted; undefined where there is none
   */
  async refresh(
    client: ClickHouseClient,
    sums: ReadonlyMap<number, number>,
    { now, uptime }: Clocks,
    termsOf: (subscribed: Subscribed) => WatchedTerms | undefined,
  ): Promise<void> {
    const changed = this.#landed.changed(sums);
    if (changed.length > 0) {
      const landed = await readLanded(client, changed);
      for (const [second, rows] of landed) {
        for (const key of this.#landed.take(second, rows, uptime)) {
          this.#meet(key, termsOf);
          this.#landedFor(key);
        }
      }
      // Later sums begin no earlier.
      this.#landed.forgetBefore(Math.max(...sums.keys()) - READ_AGAIN_FOR_S);
    }
    for (const key of this.#timed) {
      if ((this.#watches.get(key)?.lookAt ?? Infinity) <= now) this.#due.add(key);
    }
    this.#refreshed = { now, uptime };
  }

  /**
   * Whether the last refresh is so long ago, by either clock, that what landed since may be older than what is read:
   * while ClickHouse could not be reached, or the process was suspended. Also before the first one.
   */
  mayLack({ now, uptime }: Clocks): boolean {
    const last = this.#refreshed;
    if (last === undefined) return true;
    return Math.max(Math.abs(now - last.now), uptime - last.uptime) > LONGEST_GAP_MS;
  }

  /** At most so many of those that are due, the ones first that have been due the longest. */
  due(most: number): Subscribed[] {
    const found: Subscribed[] = [];
    for (const key of this.#due) {
      if (found.length >= most) break;
      found.push(subscriptionOf(key));
    }
    return found;
  }

  mustLook({ orgId, product }: Subscribed): void {
    this.#due.add(subscriptionKey(orgId, product));
  }

  /** The products of an organisation that are watched, or of all ('' for the platform's own settings). */
  mustLookAtAll(orgId: string): void {
    for (const key of this.#watches.keys()) {
      if (orgId === '' || subscriptionOf(key).orgId === orgId) this.#due.add(key);
    }
  }

  /** @param startedAt when the look began, by the clock that only goes forward */
  looked({ orgId, product }: Subscribed, watch: Watch, startedAt: number): void {
    const key = subscriptionKey(orgId, product);
    this.#due.delete(key);
    this.#landed.wasRead(key, startedAt);
    this.#keep(key, watch);
    // What was new shortly before may be missing in what was read.
    this.#landedFor(key);
  }

  /**
   * Takes the upper bound of a usage in place of a look: where no rule can be reached by it, nothing is read.
   * @param terms undefined where there is no such subscription
   * @param isOpen whether an alert of the rule is open
   */
  bounded(
    { orgId, product }: Subscribed,
    { terms, bound, startedAt }: { terms: WatchedTerms | undefined; bound: number; startedAt: number },
    isOpen: (ruleId: string) => boolean,
  ): void {
    const key = subscriptionKey(orgId, product);
    const headroom = terms === undefined ? Infinity : headroomOf(terms, bound, isOpen);
    if (headroom <= 0) {
      this.#due.add(key);
      return;
    }
    this.#landed.wasRead(key, startedAt);
    const lookAt = Math.min(this.#watches.get(key)?.lookAt ?? Infinity, terms?.changeAt ?? Infinity);
    this.#keep(key, { headroom, lookAt });
    this.#landedFor(key);
  }

  /** One that had no usage when all was counted has used no more than what has landed since: nothing is read of it. */
  #meet(key: string, termsOf: (subscribed: Subscribed) => WatchedTerms | undefined): void {
    if (this.#watches.has(key)) return;
    try {
      const terms = termsOf(subscriptionOf(key));
      const headroom = terms === undefined ? Infinity : headroomOf(terms, 0, () => false);
      this.#keep(key, { headroom, lookAt: terms?.changeAt ?? Infinity });
    } catch {
      // Not watched, so it is looked at, which fails as well and says why (Tick.failures).
    }
  }

  #landedFor(key: string): void {
    const watch = this.#watches.get(key);
    const since = this.#landed.since(key);
    if (watch === undefined || (since > 0 && since >= watch.headroom)) this.#due.add(key);
  }

  #keep(key: string, watch: Watch): void {
    this.#watches.set(key, watch);
    if (watch.lookAt < Infinity) this.#timed.add(key);
    else this.#timed.delete(key);
  }
}
