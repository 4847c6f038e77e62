import type { ClickHouseClient } from '../platform/clickhouse/connect.ts';
import type { Logger } from '../platform/logging.ts';
import { Ledger } from '../domain/gate/ledger.ts';
import type { LimitStanding, Shortage } from '../domain/gate/protocol.ts';
import type { LimitName } from '../domain/gate/scopes.ts';
import type { CapShortage } from '../domain/gate/spending.ts';
import { heldAfterEndMs, type GateTiming } from '../domain/gate/timing.ts';
import { canonical } from '../domain/money.ts';
import { readTopUsage } from '../store/usage/read-top.ts';
import { readSealedHours } from '../store/usage/sealed-hours.ts';
import { DAY_MS } from '../schemas/time-units.ts';
import type { Checkpoints } from './checkpoints.ts';
import { Explanations } from './explanations.ts';
import { readSpendingBound, type CappedSpending } from './spending.ts';
import { readReturnOf, readUsed, type CountedCalls } from './used.ts';

export interface LimitSources {
  readonly client: ClickHouseClient;
  readonly checkpoints: Checkpoints;
  readonly timing: GateTiming;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Milliseconds of a monotonic clock. */
  readonly uptime: () => number;
  readonly logger: Logger;
}

/** One limit of a subscription, and the reading of its used credits. */
export class Limit {
  readonly name: LimitName;
  readonly ledger: Ledger;
  /** Why calls do not fit, and until when. */
  readonly explanations: Explanations;
  readonly #sources: LimitSources;
  #calls: CountedCalls;
  #capped: CappedSpending | undefined;
  /** When the last reading began, by the monotonic clock. */
  readAt = -Infinity;
  #running: Promise<unknown> = Promise.resolve();
  #next: Promise<void> | undefined;

  constructor(name: LimitName, calls: CountedCalls, sources: LimitSources) {
    this.name = name;
    this.#calls = calls;
    this.#sources = sources;
    this.ledger = new Ledger(sources.timing);
    this.explanations = new Explanations({
      explain: (needed) => this.#shortage(needed),
      uptime: sources.uptime,
      onFailure: (error) => sources.logger.warn({ err: error }, 'a rejection is not explained'),
    });
  }

  /** @param calls that it counts from now on; others need another reading */
  count(calls: CountedCalls): void {
    if (JSON.stringify(calls) === JSON.stringify(this.#calls)) return;
    this.#calls = calls;
    this.ledger.unread();
    this.readAt = -Infinity;
  }

  /** The cap that grants must keep, too. One that is set or changed needs another reading. */
  cap(capped: CappedSpending | undefined): void {
    const isSame = capped?.cap.toString() === this.#capped?.cap.toString();
    this.#capped = capped;
    if (isSame) return;
    this.ledger.unread();
    this.readAt = -Infinity;
  }

  /** Reads the used credits, beginning after the call. @throws ClickHouse's errors */
  read(): Promise<void> {
    const begin = (): Promise<void> => {
      this.#next = undefined;
      const reading = this.#read();
      this.#running = reading;
      return reading;
    };
    return (this.#next ??= this.#running.then(begin, begin));
  }

  standing(shortage?: Shortage): LimitStanding {
    const { total, used, available } = this.ledger.state(this.#sources.now());
    return { ...this.name, limit: total, used, available, ...(shortage && { shortage }) };
  }

  async #read(): Promise<void> {
    const { client, checkpoints, timing, now, uptime } = this.#sources;
    const [calls, capped] = [this.#calls, this.#capped];
    const began = uptime();
    const checkpoint = checkpoints.landed;
    const [used, bound] = await Promise.all([
      readUsed(client, calls, now(), timing.clockDifferenceMs),
      capped && readSpendingBound(client, capped, now(), timing.clockDifferenceMs),
    ]);
    // What it should count has changed meanwhile.
    if (calls !== this.#calls || capped?.cap.toString() !== this.#capped?.cap.toString()) return;
    this.ledger.read({ used, checkpoint }, bound);
    this.readAt = began;
  }

  async #shortage(needed: number): Promise<Shortage> {
    const { client, timing, now } = this.#sources;
    const instant = now();
    const { total, used, held } = this.ledger.state(instant);
    const { orgId, filters } = this.#calls;
    const missing = needed + used + held - total;
    const cap = this.ledger.capShortage(needed, instant);
    const sealed = await readSealedHours(client, orgId);
    const calls = { ...this.#calls, sealed };
    const range = { orgId, sealed, from: instant - DAY_MS, to: instant, filters, top: 1 };
    const [returnAt, users, apps] = await Promise.all([
      missing > 0 ? readReturnOf(client, calls, missing, instant, timing.clockDifferenceMs) : instant,
      readTopUsage(client, { ...range, groupBy: ['user'] }),
      readTopUsage(client, { ...range, groupBy: ['app'] }),
    ]);
    const [user, app] = [users.rows[0], apps.rows[0]];
    const returnedAt = needed > total ? null : (returnAt ?? instant + heldAfterEndMs(timing));
    return {
      needed,
      available_at: cap === undefined ? returnedAt : later(returnedAt, cap.availableAt),
      top_user: user ? { user_id: user.user ?? '', credits: user.credits } : null,
      top_app: app ? { app_id: app.app ?? '', credits: app.credits } : null,
      ...(cap && { spending_cap: spendingCapOf(cap) }),
    };
  }
}

/** Null is never. */
const later = (one: number | null, other: number | null): number | null =>
  one === null || other === null ? null : Math.max(one, other);

const spendingCapOf = ({ cap, spent, currency, dayCredits }: CapShortage) => ({
  amount: canonical(cap),
  spent: canonical(spent),
  currency,
  day_credits: dayCredits,
});
