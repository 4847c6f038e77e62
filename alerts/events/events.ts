import { Type } from 'typebox';
import type { SettingsState } from '../../domain/settings/state.ts';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import type { LandedLog, LogRecord } from '../../platform/landed-log.ts';
import type { LoggedChange } from '../../schemas/settings-change.ts';
import type { Topics } from '../../schemas/topics.ts';
import { readWatermark } from '../../store/progress/watermark.ts';
import { ClosedDays } from './closed-days.ts';
import { finalStatements } from './final-statements.ts';

export interface EventSources {
  readonly client: ClickHouseClient;
  /** The topic alerts. */
  readonly log: LandedLog;
  readonly topics: Topics;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** SEAL_DELAY_MS: the most that the machines' clocks differ by. */
  readonly sealDelayMs: number;
}

const EVERY_MS = 5_000;
const OrgRow = Type.Object({ org_id: Type.String() });

/** Records the events that are delivered besides alerts: days that were closed, and statements that became final. */
export class Events {
  readonly #sources: EventSources;
  readonly #days: ClosedDays;
  /** Final statements that this process has recorded: of a repeat only the first counts, but it takes room. */
  readonly #recorded = new Set<string>();
  #orgIds: Set<string> | undefined;
  #at = -Infinity;

  constructor(sources: EventSources) {
    this.#sources = sources;
    this.#days = new ClosedDays(sources.client, sources.topics.dailyCharges);
  }

  /** Takes the changes of settings since the last tick. */
  note(changes: readonly LoggedChange[]): void {
    for (const { kind, org_id } of changes) if (kind === 'alert-destination') this.#orgIds?.add(org_id);
  }

  /** @param uptime milliseconds of a clock that only goes forward */
  async step(settings: SettingsState, uptime: number): Promise<void> {
    const { client, log, now, topics, sealDelayMs } = this.#sources;
    this.#orgIds ??= await readOrgsWithDestinations(client);
    if (uptime - this.#at < EVERY_MS || this.#orgIds.size === 0) return;
    await this.#days.follow(settings, (records) => log.append(records));
    const { confirmed } = await readWatermark(client, topics.dailyCharges, now());
    await this.#recordOnce(finalStatements(settings, this.#orgIds, confirmed - sealDelayMs));
    this.#at = uptime;
  }

  async #recordOnce(records: readonly LogRecord[]): Promise<void> {
    const texts = records.map(({ value }) => value.toString('base64'));
    const fresh = records.filter((_, index) => !this.#recorded.has(texts[index] ?? ''));
    await this.#sources.log.append(fresh);
    // Each organisation has two at most.
    this.#recorded.clear();
    for (const text of texts) this.#recorded.add(text);
  }
}

/** Organisations that have, or had, a destination. */
async function readOrgsWithDestinations(client: ClickHouseClient): Promise<Set<string>> {
  const rows = await select(
    client,
    OrgRow,
    `SELECT DISTINCT org_id FROM settings_log WHERE kind = 'alert-destination' AND org_id != ''`,
  );
  return new Set(rows.map(({ org_id }) => org_id));
}
