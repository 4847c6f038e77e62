import { AlertBook } from '../../domain/alerts/alert-book.ts';
import type { Decision } from '../../domain/alerts/alert.ts';
import type { SettingsState } from '../../domain/settings/state.ts';
import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import type { LandedLog } from '../../platform/landed-log.ts';
import type { Topics } from '../../schemas/topics.ts';
import { factsOf, readAlertLog, readBook, type LoggedRecord } from '../../store/alerts/log.ts';
import { readUsageBounds } from '../../store/alerts/usage-bound.ts';
import { readLog } from '../../store/settings/read-log.ts';
import type { SettingsStore } from '../../store/settings/store.ts';
import { recordOf } from '../record.ts';
import { decideDestinations } from './destinations.ts';
import { lookAt } from './look.ts';
import { decidePlatform } from './platform.ts';
import { termsOf } from './rules-of.ts';
import { Watches, type Subscribed } from './watches.ts';

export interface Deciding {
  readonly client: ClickHouseClient;
  readonly store: SettingsStore;
  /** The topic alerts. */
  readonly log: LandedLog;
  readonly topics: Topics;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Milliseconds of a clock that only goes forward. */
  readonly uptime: () => number;
  /** FUTURE_LIMIT_MS: how far ahead a call may be dated. */
  readonly aheadMs: number;
}

/** What a tick has seen and done. */
export interface Tick {
  readonly settings: SettingsState;
  readonly looks: number;
  readonly raised: number;
  readonly resolved: number;
}

/** D: all usage is counted again so often, for an insert that took longer than any should (LandedSince). */
const BOUNDS_EVERY_MS = 10 * 60_000;
const PLATFORM_EVERY_MS = 5_000;
const LOOKS_PER_TICK = 200;
const LOOKS_AT_ONCE = 4;

/**
 * Decides which alerts are raised and resolved. Whatever it knows it has read: a failed tick changes nothing, and the
 * next one goes on. Any number of deciders may tick at once (domain/alerts/alert-book.ts).
 */
export class Decider {
  readonly #deciding: Deciding;
  readonly #watches = new Watches();
  #book: AlertBook | undefined;
  /** The next offsets of the topics alerts and settings to follow. */
  #nextRecord = 0;
  #nextChange = 0;
  #boundsAt = -Infinity;
  #platformAt = -Infinity;

  constructor(deciding: Deciding) {
    this.#deciding = deciding;
  }

  get openCount(): number {
    return this.#book?.openCount ?? 0;
  }

  get watches(): Pick<Watches, 'count' | 'dueCount'> {
    return this.#watches;
  }

  /** @throws the errors of ClickHouse and of LandedLog.append */
  async tick(): Promise<Tick> {
    const { client, store, now, uptime, topics } = this.#deciding;
    const settings = await store.refresh();
    const book = await this.#followLog();
    const decisions: Decision[] = await this.#followSettings(settings, book);
    const startedAt = uptime();
    if (startedAt - this.#boundsAt >= BOUNDS_EVERY_MS) await this.#readBounds(settings, book);
    await this.#watches.refresh(client, now(), startedAt);
    if (startedAt - this.#platformAt >= PLATFORM_EVERY_MS) {
      decisions.push(...(await decidePlatform(client, settings, { topic: topics.calls, asOf: now() }, book)));
      this.#platformAt = startedAt;
    }
    const due = this.#watches.due(LOOKS_PER_TICK);
    for (let start = 0; start < due.length; start += LOOKS_AT_ONCE) {
      const some = due.slice(start, start + LOOKS_AT_ONCE);
      const found = await Promise.all(some.map((subscribed) => this.#look(subscribed, settings, book)));
      decisions.push(...found.flat());
    }
    await this.#record(decisions);
    const raised = decisions.filter(({ phase }) => phase === 'raised').length;
    return { settings, looks: due.length, raised, resolved: decisions.length - raised };
  }

  /** Appends the decisions. What the log has made of them is read back, by this tick and by everyone. */
  async #record(decisions: readonly Decision[]): Promise<void> {
    if (decisions.length === 0) return;
    await this.#deciding.log.append(decisions.map((decision) => recordOf(decision)));
    await this.#followLog();
  }

  async #followLog(): Promise<AlertBook> {
    const { client } = this.#deciding;
    if (this.#book === undefined) {
      const { entries, next } = await readBook(client);
      const book = new AlertBook();
      for (const { key, number, open } of entries) book.restore(key, number, open);
      for (const scope of book.openScopes()) this.#watches.mustLook(scope);
      this.#nextRecord = next;
      this.#book = book;
    }
    for (;;) {
      const { records, next, isCut } = await readAlertLog(client, this.#nextRecord);
      for (const record of records) applyRecord(this.#book, record);
      this.#nextRecord = next;
      if (!isCut) return this.#book;
    }
  }

  /** Looks at what changed settings concern. */
  async #followSettings(settings: SettingsState, book: AlertBook): Promise<Decision[]> {
    const { client, now } = this.#deciding;
    const isFirst = this.#nextChange === 0;
    const changed = new Set<string>(isFirst ? settings.orgIds : []);
    if (isFirst) changed.add('');
    for (let from = isFirst ? settings.nextOffset : this.#nextChange; from < settings.nextOffset;) {
      const rows = await readLog(client, from);
      for (const { org_id } of rows) changed.add(org_id);
      const last = rows.at(-1);
      if (last === undefined) break;
      from = last.offset + 1;
    }
    const decisions = [...changed].flatMap((orgId) => decideDestinations(settings, orgId, now(), book));
    if (!isFirst) for (const orgId of changed) this.#watches.mustLookAtAll(orgId);
    this.#nextChange = Math.max(1, settings.nextOffset);
    return decisions;
  }

  async #readBounds(settings: SettingsState, book: AlertBook): Promise<void> {
    const { client, now, uptime } = this.#deciding;
    const startedAt = uptime();
    const asOf = now();
    for (const [key, bound] of await readUsageBounds(client, asOf)) {
      const [orgId, product]: [string, string] = JSON.parse(key);
      const open = new Set(book.openOf(orgId, product).map(({ key: { ruleId } }) => ruleId));
      const terms = termsOf(settings, orgId, product, asOf);
      this.#watches.bounded({ orgId, product }, { terms, bound, startedAt }, (ruleId) => open.has(ruleId));
    }
    this.#boundsAt = startedAt;
  }

  async #look(subscribed: Subscribed, settings: SettingsState, book: AlertBook): Promise<readonly Decision[]> {
    const { client, now, uptime, aheadMs } = this.#deciding;
    const startedAt = uptime();
    const asOf = now();
    const terms = termsOf(settings, subscribed.orgId, subscribed.product, asOf);
    if (terms === undefined) {
      this.#watches.looked(subscribed, { headroom: Infinity, lookAt: Infinity }, startedAt);
      return [];
    }
    const outcome = await lookAt(client, { ...subscribed, terms, asOf, aheadMs }, book);
    this.#watches.looked(subscribed, outcome, startedAt);
    return outcome.decisions;
  }
}

function applyRecord(book: AlertBook, record: LoggedRecord): void {
  const { kind, org_id, product, rule_id, subject, number, value } = record;
  if (kind !== 'raised' && kind !== 'resolved') return;
  const key = { orgId: org_id, product, ruleId: rule_id, subject };
  book.apply({ phase: kind, key, number, facts: factsOf(value) });
}
