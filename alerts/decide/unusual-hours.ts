import type { AlertBook } from '../../domain/alerts/alert-book.ts';
import type { Decision } from '../../domain/alerts/alert.ts';
import { decide } from '../../domain/alerts/decide.ts';
import { measureUnusualHour } from '../../domain/alerts/unusual-hour.ts';
import type { SettingsState } from '../../domain/settings/state.ts';
import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { HOUR_MS } from '../../schemas/time-units.ts';
import { readHour, readMainCause, readUsedInHour } from '../../store/alerts/hours.ts';
import { subscriptionKey } from '../../store/alerts/landed-credits.ts';
import { advance, readPositions } from '../../store/alerts/progress.ts';
import { readProgress } from '../../store/progress/aggregator-progress.ts';
import { readSealedHours } from '../../store/usage/sealed-hours.ts';
import { termsOf } from './rules-of.ts';
import type { LookFailure } from './looks.ts';
import type { Clocks, Subscribed } from './watches.ts';

const KIND = 'unusual-hour';
const EVERY_MS = 30_000;
/** D: so many hours are caught up after a time without a decider or an aggregator. */
const CAUGHT_UP_HOURS = 24;
/** Of one tick, so that it holds up no other alert. */
const PER_TICK = 10;
/** D: ClickHouse may fail in the middle of a tick; what fails again and again does so by its settings. */
const MOST_TRIES = 3;

interface Waiting extends Subscribed {
  readonly tries: number;
}

/** Decides by each sealed hour after the other, for the subscriptions that have such a rule. */
export class UnusualHours {
  readonly #client: ClickHouseClient;
  /** The start of the hour that is decided by. */
  #hour = 0;
  /** Whether it is decided, and recorded that it is. */
  #isDone = true;
  #at = -Infinity;
  #waiting: Waiting[] = [];
  #taken = 0;
  /** Of those taken, what could not be decided and is to be tried again. */
  #again: Waiting[] = [];
  #failures: LookFailure[] = [];

  constructor(client: ClickHouseClient) {
    this.#client = client;
  }

  /** Those of the last call of `next`. */
  get failures(): readonly LookFailure[] {
    return this.#failures;
  }

  /**
   * The decisions of the next subscriptions, by the rules in effect now. They are taken again unless `done` says that
   * they are recorded.
   */
  async next(settings: SettingsState, book: AlertBook, { now, uptime }: Clocks): Promise<Decision[]> {
    if (this.#isDone && uptime - this.#at >= EVERY_MS && !(await this.#begin(settings, book, now))) {
      this.#at = uptime;
    }
    const some = this.#waiting.slice(0, PER_TICK);
    this.#taken = some.length;
    this.#failures = [];
    this.#again = [];
    const decisions = await Promise.all(
      some.map((waiting) => this.#decideApart(settings, waiting, book, now)),
    );
    return decisions.flat();
  }

  /** An organisation whose hour cannot be read holds up no other, and is left out of this hour after some tries. */
  async #decideApart(
    settings: SettingsState,
    waiting: Waiting,
    book: AlertBook,
    now: number,
  ): Promise<readonly Decision[]> {
    try {
      return await this.#decide(settings, waiting, book, now);
    } catch (error) {
      this.#failures.push({ orgId: waiting.orgId, error });
      const tries = waiting.tries + 1;
      if (tries < MOST_TRIES) this.#again.push({ ...waiting, tries });
      return [];
    }
  }

  async done(): Promise<void> {
    this.#waiting.splice(0, this.#taken);
    this.#waiting.push(...this.#again);
    this.#taken = 0;
    this.#again = [];
    if (this.#isDone || this.#waiting.length > 0) return;
    await advance(this.#client, 'hours', this.#hour + HOUR_MS);
    this.#isDone = true;
  }

  /** Begins with the next hour. @returns whether there is one */
  async #begin(settings: SettingsState, book: AlertBook, now: number): Promise<boolean> {
    const { sealed } = await readProgress(this.#client);
    // Another process may have decided in between. The first time it begins with the hour that was sealed last.
    const { hours: next = sealed - HOUR_MS } = await readPositions(this.#client);
    const hour = Math.max(next, sealed - CAUGHT_UP_HOURS * HOUR_MS);
    if (hour < 0 || hour + HOUR_MS > sealed) return false;
    const used = await readUsedInHour(this.#client, hour);
    const open = book
      .openScopes()
      .filter(({ orgId, product }) => book.openOf(orgId, product).some(({ facts }) => facts.kind === KIND));
    const found = new Map<string, Subscribed>();
    for (const each of [...used.map(({ org_id, product }) => ({ orgId: org_id, product })), ...open]) {
      found.set(subscriptionKey(each.orgId, each.product), each);
    }
    const wanted = [...found.values()].filter((each) => hasRule(settings, each, now));
    this.#waiting = wanted.map(({ orgId, product }) => ({ orgId, product, tries: 0 }));
    this.#hour = hour;
    this.#isDone = false;
    return true;
  }

  async #decide(
    settings: SettingsState,
    { orgId, product }: Subscribed,
    book: AlertBook,
    now: number,
  ): Promise<readonly Decision[]> {
    const hour = this.#hour;
    const terms = termsOf(settings, orgId, product, now);
    const rules = terms?.rules.filter(({ kind }) => kind === KIND) ?? [];
    const request = { orgId, product, hour, sealed: await readSealedHours(this.#client, orgId) };
    const facts = await readHour(this.#client, request);
    const isReached = rules.some((rule) => measureUnusualHour(rule, { hour, ...facts }).isReached);
    const cause = isReached ? await readMainCause(this.#client, request) : undefined;
    const measured = rules.map((rule) => measureUnusualHour(rule, { hour, ...facts, cause }));
    const kinds = new Map(terms?.rules.map(({ rule_id, kind }) => [rule_id, kind]));
    return decide({ orgId, product, asOf: hour + HOUR_MS, measured, kinds }, book);
  }
}

/** Where that cannot be known it is decided, which fails and says why. */
function hasRule(settings: SettingsState, { orgId, product }: Subscribed, at: number): boolean {
  try {
    return termsOf(settings, orgId, product, at)?.rules.some(({ kind }) => kind === KIND) ?? false;
  } catch {
    return true;
  }
}
