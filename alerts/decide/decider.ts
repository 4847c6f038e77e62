import { AlertBook } from '../../domain/alerts/alert-book.ts';
import type { Decision } from '../../domain/alerts/alert.ts';
import type { ClosingDelays } from '../../domain/closing/when-to-close.ts';
import type { SettingsState } from '../../domain/settings/state.ts';
import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import type { LandedLog, LogRecord } from '../../platform/landed-log.ts';
import type { LoggedChange } from '../../schemas/settings-change.ts';
import type { Topics } from '../../schemas/topics.ts';
import { factsOf, readAlertLog, readBook, type LoggedRecord } from '../../store/alerts/log.ts';
import { readUsageBounds } from '../../store/alerts/usage-bound.ts';
import type { SettingsStore } from '../../store/settings/store.ts';
import { changedLimits } from '../events/changed-limits.ts';
import { recordOf } from '../record.ts';
import { Changes } from './changes.ts';
import { decideDestinations } from './destinations.ts';
import { lookAt, type LookOutcome } from './look.ts';
import { decidePlatform } from './platform.ts';
import { termsOf } from './rules-of.ts';
import { UnusualHours } from './unusual-hours.ts';
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
  /** When the aggregator seals and closes: it decides which days of a bill are open. */
  readonly timing: ClosingDelays;
  /** FUTURE_LIMIT_MS: how far ahead a call may be dated. */
  readonly aheadMs: number;
}

/** What a tick has seen and done. */
export interface Tick {
  readonly settings: SettingsState;
  /** The changes of settings since the last tick. */
  readonly changes: readonly LoggedChange[];
  readonly looks: number;
  readonly raised: number;
  readonly resolved: number;
  /** Of organisations whose usage or settings could not be read: they are tried again later. */
  readonly failures: readonly { readonly orgId: string; readonly error: unknown }[];
}

/** D: all usage is counted again so often, for an insert that took longer than any should (LandedSince). */
const BOUNDS_EVERY_MS = 10 * 60_000;
const PLATFORM_EVERY_MS = 5_000;
const LOOKS_PER_TICK = 200;
const LOOKS_AT_ONCE = 4;
/** D: one organisation that cannot be looked at is tried again then. */
const FAILED_AGAIN_MS = 30_000;

interface Look {
  readonly subscribed: Subscribed;
  readonly startedAt: number;
  readonly outcome: LookOutcome;
  readonly failure?: Tick['failures'][number];
}

/** Of what has no subscription: the next change of its settings decides again. */
const NOTHING: LookOutcome = { decisions: [], headroom: Infinity, lookAt: Infinity };

/**
 * Decides which alerts are raised and resolved. Whatever it knows it has read: a failed tick changes nothing, and the
 * next one goes on. Any number of deciders may tick at once (domain/alerts/alert-book.ts).
 */
export class Decider {
  readonly #deciding: Deciding;
  readonly #watches = new Watches();
  #book: AlertBook | undefined;
  /** The next offset of the topic alerts to follow. */
  #nextRecord = 0;
  readonly #changes: Changes;
  readonly #unusual: UnusualHours;
  #boundsAt = -Infinity;
  #platformAt = -Infinity;

  constructor(deciding: Deciding) {
    this.#deciding = deciding;
    this.#changes = new Changes(deciding.client);
    this.#unusual = new UnusualHours(deciding.client);
  }

  get openCount(): number {
    return this.#book?.openCount ?? 0;
  }

  get watches(): Pick<Watches, 'count' | 'dueCount'> {
    return this.#watches;
  }

  /** @throws the errors of ClickHouse and of LandedLog.append */
  async tick(): Promise<Tick> {
    const { client, store, now, uptime } = this.#deciding;
    const settings = await store.refresh();
    const book = await this.#followLog();
    const changes = await this.#changes.read(settings);
    for (const orgId of new Set(changes.map(({ org_id }) => org_id))) this.#watches.mustLookAtAll(orgId);
    if (uptime() - this.#boundsAt >= BOUNDS_EVERY_MS) await this.#readBounds(settings, book);
    await this.#watches.refresh(client, now(), uptime());
    const isPlatformDue = uptime() - this.#platformAt >= PLATFORM_EVERY_MS;
    const looks = await this.#look(settings, book);
    const decisions = [
      ...this.#ofDestinations(settings, changes, book),
      ...(isPlatformDue ? await this.#ofPlatform(settings, book) : []),
      ...looks.flatMap(({ outcome }) => outcome.decisions),
      ...(await this.#unusual.next(settings, book, uptime())),
    ];
    await this.#record(decisions, changedLimits(settings, changes, this.#deciding.now()));
    // Only now: what was not recorded is decided again.
    for (const { subscribed, outcome, startedAt } of looks) {
      this.#watches.looked(subscribed, outcome, startedAt);
    }
    this.#unusual.done();
    await this.#changes.handled();
    if (isPlatformDue) this.#platformAt = uptime();
    const raised = decisions.filter(({ phase }) => phase === 'raised').length;
    return {
      settings,
      changes,
      looks: looks.length,
      raised,
      resolved: decisions.length - raised,
      failures: [...looks.flatMap(({ failure }) => failure ?? []), ...this.#unusual.failures],
    };
  }

  /** Appends the decisions. What the log has made of them is read back, by this tick and by everyone. */
  async #record(decisions: readonly Decision[], events: readonly LogRecord[]): Promise<void> {
    if (decisions.length + events.length === 0) return;
    await this.#deciding.log.append([...decisions.map((decision) => recordOf(decision)), ...events]);
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

  #ofDestinations(
    settings: SettingsState,
    changes: readonly LoggedChange[],
    book: AlertBook,
  ): readonly Decision[] {
    const orgIds = new Set(
      changes.filter(({ kind }) => kind === 'alert-destination').map(({ org_id }) => org_id),
    );
    return [...orgIds].flatMap((orgId) => decideDestinations(settings, orgId, this.#deciding.now(), book));
  }

  #ofPlatform(settings: SettingsState, book: AlertBook): Promise<readonly Decision[]> {
    const { client, now, topics } = this.#deciding;
    return decidePlatform(client, settings, { topic: topics.calls, asOf: now() }, book);
  }

  async #readBounds(settings: SettingsState, book: AlertBook): Promise<void> {
    const { client, now, uptime } = this.#deciding;
    const startedAt = uptime();
    const asOf = now();
    for (const [key, bound] of await readUsageBounds(client, asOf)) {
      const [orgId, product]: [string, string] = JSON.parse(key);
      const open = new Set(book.openOf(orgId, product).map(({ key: { ruleId } }) => ruleId));
      const subscribed = { orgId, product };
      try {
        const terms = termsOf(settings, orgId, product, asOf);
        this.#watches.bounded(subscribed, { terms, bound, startedAt }, (ruleId) => open.has(ruleId));
      } catch {
        // The look fails as well, and says why (Tick.failures).
        this.#watches.mustLook(subscribed);
      }
    }
    this.#boundsAt = startedAt;
  }

  /**
   * Looks at what is due. An organisation that cannot be looked at holds up no other.
   * @throws the first error where none of them could be looked at
   */
  async #look(settings: SettingsState, book: AlertBook): Promise<readonly Look[]> {
    const due = this.#watches.due(LOOKS_PER_TICK);
    const looks: Look[] = [];
    for (let start = 0; start < due.length; start += LOOKS_AT_ONCE) {
      const some = due.slice(start, start + LOOKS_AT_ONCE);
      looks.push(
        ...(await Promise.all(some.map((subscribed) => this.#lookOnce(subscribed, settings, book)))),
      );
    }
    const [first] = looks;
    if (first?.failure && looks.every(({ failure }) => failure)) throw first.failure.error;
    return looks;
  }

  async #lookOnce(subscribed: Subscribed, settings: SettingsState, book: AlertBook): Promise<Look> {
    const { client, now, uptime, aheadMs, topics, timing } = this.#deciding;
    const { orgId, product } = subscribed;
    const statements = { topics, timing };
    const startedAt = uptime();
    const asOf = now();
    try {
      const terms = termsOf(settings, orgId, product, asOf);
      if (terms === undefined) return { subscribed, startedAt, outcome: NOTHING };
      return {
        subscribed,
        startedAt,
        outcome: await lookAt(client, { ...subscribed, terms, asOf, aheadMs, statements }, book),
      };
    } catch (error) {
      const outcome = { ...NOTHING, lookAt: asOf + FAILED_AGAIN_MS };
      return { subscribed, startedAt, outcome, failure: { orgId, error } };
    }
  }
}

function applyRecord(book: AlertBook, record: LoggedRecord): void {
  const { kind, org_id, product, rule_id, subject, number, value } = record;
  if (kind !== 'raised' && kind !== 'resolved') return;
  const key = { orgId: org_id, product, ruleId: rule_id, subject };
  book.apply({ phase: kind, key, number, facts: factsOf(value) });
}
