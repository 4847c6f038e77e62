import type { AlertBook } from '../../domain/alerts/alert-book.ts';
import type { Decision } from '../../domain/alerts/alert.ts';
import type { SettingsState } from '../../domain/settings/state.ts';
import type { FollowedLog, LogRecord } from '../../platform/landed-log.ts';
import type { LoggedChange } from '../../schemas/settings-change.ts';
import type { LogPart } from '../../store/alerts/log.ts';
import { readPulse, type Pulse } from '../../store/alerts/pulse.ts';
import type { SettingsLog } from '../../store/settings/store.ts';
import { changedLimits } from '../events/changed-limits.ts';
import { recordOf } from '../record.ts';
import { boundAll } from './bounds.ts';
import { Changes } from './changes.ts';
import { decideDestinations, destinationsIn } from './destinations.ts';
import { FollowedBook } from './followed-book.ts';
import { lookAtAll, type LookFailure, type Looking } from './looks.ts';
import { decidePlatform } from './platform.ts';
import { termsOf } from './rules-of.ts';
import { UnusualHours } from './unusual-hours.ts';
import { Watches, type Clocks } from './watches.ts';

export interface Deciding extends Looking {
  readonly store: Pick<SettingsLog, 'refresh' | 'known'>;
  /** The topic alerts. */
  readonly log: FollowedLog;
}

/** What a tick has seen and done. */
export interface Tick {
  readonly settings: SettingsState;
  /** The changes of settings since the last tick. */
  readonly changes: readonly LoggedChange[];
  /** Pulse.erasedAt */
  readonly erasedAt: number;
  /** Whether nothing has landed of late, and nothing was due. */
  readonly isIdle: boolean;
  readonly looks: number;
  readonly raised: number;
  readonly resolved: number;
  /** They are tried again later. */
  readonly failures: readonly LookFailure[];
}

/** D: all usage is counted again so often, for an insert that took longer than any should (LandedSince). */
const BOUNDS_EVERY_MS = 10 * 60_000;
/** D: much less than the 60 s of lag after which the rule that is there by default raises an alert. */
const PLATFORM_EVERY_MS = 10_000;
const LOOKS_PER_TICK = 200;

/**
 * Decides which alerts are raised and resolved. Whatever it knows it has read: a failed tick changes nothing, and the
 * next one goes on. Any number of deciders may tick at once (domain/alerts/alert-book.ts).
 */
export class Decider {
  readonly #deciding: Deciding;
  readonly #watches = new Watches();
  readonly #followed: FollowedBook;
  readonly #changes: Changes;
  readonly #unusual: UnusualHours;
  #erasedAt: number | undefined;
  /** Whether the topic alerts had more than was read of it when it was looked at last. */
  #hasMore = false;
  #boundsAt = -Infinity;
  #platformAt = -Infinity;

  constructor(deciding: Deciding) {
    this.#deciding = deciding;
    this.#followed = new FollowedBook(deciding.client);
    this.#changes = new Changes(deciding.client);
    this.#unusual = new UnusualHours(deciding.client);
  }

  get openCount(): number {
    return this.#followed.openCount;
  }

  get watches(): Pick<Watches, 'count' | 'dueCount'> {
    return this.#watches;
  }

  /** Whether there is something to follow: what others have appended to the topic alerts, or this process. */
  get isBehind(): boolean {
    return this.#hasMore || this.#followed.awaitsOwn;
  }

  /** The offset up to which the topic alerts was followed. */
  get alertsEnd(): number {
    return this.#followed.next;
  }

  /**
   * Reads on in the topic alerts. It may be called during a tick.
   * @returns undefined where nothing has landed since @throws the errors of ClickHouse
   */
  async follow(): Promise<LogPart | undefined> {
    const part = await this.#followed.follow();
    this.#hasMore = part?.isCut ?? false;
    return part;
  }

  /** @throws the errors of ClickHouse and of FollowedLog.send */
  async tick(): Promise<Tick> {
    const { client, store, topics, now, uptime } = this.#deciding;
    const known = store.known();
    const pulse = await readPulse(client, {
      alerts: this.#followed.next,
      settings: known?.nextOffset ?? 0,
    });
    const settings = known !== undefined && !pulse.hasSettings ? known : await store.refresh();
    const book = await this.#bookAt(pulse);
    const changes = await this.#changes.read(settings);
    for (const orgId of new Set(changes.map(({ org_id }) => org_id))) this.#watches.mustLookAtAll(orgId);
    await this.#refreshWatches(pulse, settings, book);
    const isPlatformDue = uptime() - this.#platformAt >= PLATFORM_EVERY_MS;
    const due = this.#watches.due(LOOKS_PER_TICK);
    const looks = await lookAtAll(this.#deciding, due, settings, book);
    const decisions = [
      ...destinationsIn(changes).flatMap((orgId) => decideDestinations(settings, orgId, now(), book)),
      ...(isPlatformDue
        ? await decidePlatform(client, settings, { topic: topics.calls, asOf: now() }, book)
        : []),
      ...looks.flatMap(({ outcome }) => outcome.decisions),
      ...(await this.#unusual.next(settings, book, { now: now(), uptime: uptime() })),
    ];
    const events = changedLimits(settings, changes);
    await this.#record(decisions, events);
    // Only now: what was not recorded is decided again.
    for (const { subscribed, outcome, startedAt } of looks) {
      this.#watches.looked(subscribed, outcome, startedAt);
    }
    await this.#unusual.done();
    await this.#changes.handled();
    if (isPlatformDue) this.#platformAt = uptime();
    const raised = decisions.filter(({ phase }) => phase === 'raised').length;
    return {
      settings,
      changes,
      erasedAt: pulse.erasedAt,
      isIdle: pulse.landed.size + changes.length + looks.length + decisions.length === 0,
      looks: looks.length,
      raised,
      resolved: decisions.length - raised,
      failures: [...looks.flatMap(({ failure }) => failure ?? []), ...this.#unusual.failures],
    };
  }

  async #bookAt({ hasAlerts, erasedAt }: Pulse): Promise<AlertBook> {
    // Alerts have other subjects now, and the names before must not be decided about again. The table has all of them once
    // what this process has appended has landed.
    if (this.#erasedAt !== erasedAt && !this.#followed.awaitsOwn) {
      this.#followed.forget();
      this.#erasedAt = erasedAt;
    }
    const { known } = this.#followed;
    if (known === undefined) {
      const restored = await this.#followed.restore();
      for (const scope of restored.openScopes()) this.#watches.mustLook(scope);
      return restored;
    }
    this.#hasMore ||= hasAlerts;
    return known;
  }

  async #refreshWatches({ landed }: Pulse, settings: SettingsState, book: AlertBook): Promise<void> {
    const { client, now, uptime } = this.#deciding;
    const clocks: Clocks = { now: now(), uptime: uptime() };
    if (clocks.uptime - this.#boundsAt >= BOUNDS_EVERY_MS || this.#watches.mayLack(clocks)) {
      await boundAll(client, this.#watches, { settings, book }, clocks);
      this.#boundsAt = clocks.uptime;
    }
    await this.#watches.refresh(client, landed, clocks, ({ orgId, product }) =>
      termsOf(settings, orgId, product, clocks.now),
    );
  }

  /** Appends the decisions. What the log has made of them is followed later, as by every other decider. */
  async #record(decisions: readonly Decision[], events: readonly LogRecord[]): Promise<void> {
    if (decisions.length + events.length === 0) return;
    const records = [...decisions.map((decision) => recordOf(decision)), ...events];
    this.#followed.appended(decisions, await this.#deciding.log.send(records));
  }
}
