import type { AlertBook } from '../../domain/alerts/alert-book.ts';
import type { Decision } from '../../domain/alerts/alert.ts';
import { decide } from '../../domain/alerts/decide.ts';
import { measureUnusualHour } from '../../domain/alerts/unusual-hour.ts';
import type { SettingsState } from '../../domain/settings/state.ts';
import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { HOUR_MS } from '../../schemas/time-units.ts';
import { readHour, readMainCause, readUsedInHour } from '../../store/alerts/hours.ts';
import { readProgress } from '../../store/progress/aggregator-progress.ts';
import { readSealedHours } from '../../store/usage/sealed-hours.ts';
import { termsOf } from './rules-of.ts';
import type { Subscribed } from './watches.ts';

const KIND = 'unusual-hour';
const EVERY_MS = 30_000;
/** Of one tick, so that it holds up no other alert. */
const PER_TICK = 10;

interface Failure {
  readonly orgId: string;
  readonly error: unknown;
}

/** Decides by each hour that was sealed last, for the subscriptions that have such a rule. */
export class UnusualHours {
  readonly #client: ClickHouseClient;
  #hour = 0;
  #at = -Infinity;
  #waiting: Subscribed[] = [];
  #taken = 0;
  #failures: Failure[] = [];

  constructor(client: ClickHouseClient) {
    this.#client = client;
  }

  /** Those of the last call of `next`: their organisations are left out in this hour. */
  get failures(): readonly Failure[] {
    return this.#failures;
  }

  /** The decisions of the next subscriptions. They are taken again unless `done` says that they are recorded. */
  async next(settings: SettingsState, book: AlertBook, uptime: number): Promise<Decision[]> {
    if (this.#waiting.length === 0 && uptime - this.#at >= EVERY_MS) {
      await this.#begin(settings, book);
      this.#at = uptime;
    }
    const some = this.#waiting.slice(0, PER_TICK);
    this.#taken = some.length;
    this.#failures = [];
    const decisions = await Promise.all(
      some.map((subscribed) => this.#decideApart(settings, subscribed, book)),
    );
    return decisions.flat();
  }

  /** An organisation whose hour cannot be read holds up no other. */
  async #decideApart(
    settings: SettingsState,
    subscribed: Subscribed,
    book: AlertBook,
  ): Promise<readonly Decision[]> {
    try {
      return await this.#decide(settings, subscribed, book);
    } catch (error) {
      this.#failures.push({ orgId: subscribed.orgId, error });
      return [];
    }
  }

  done(): void {
    this.#waiting.splice(0, this.#taken);
    this.#taken = 0;
  }

  async #begin(settings: SettingsState, book: AlertBook): Promise<void> {
    const { sealed } = await readProgress(this.#client);
    const hour = sealed - HOUR_MS;
    if (hour <= this.#hour) return;
    const used = await readUsedInHour(this.#client, hour);
    const open = book
      .openScopes()
      .filter(({ orgId, product }) => book.openOf(orgId, product).some(({ facts }) => facts.kind === KIND));
    const found = new Map<string, Subscribed>();
    for (const each of [...used.map(({ org_id, product }) => ({ orgId: org_id, product })), ...open]) {
      found.set(JSON.stringify([each.orgId, each.product]), each);
    }
    this.#waiting = [...found.values()].filter((each) => hasRule(settings, each, sealed));
    this.#hour = hour;
  }

  async #decide(
    settings: SettingsState,
    { orgId, product }: Subscribed,
    book: AlertBook,
  ): Promise<readonly Decision[]> {
    const hour = this.#hour;
    const terms = termsOf(settings, orgId, product, hour + HOUR_MS);
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
