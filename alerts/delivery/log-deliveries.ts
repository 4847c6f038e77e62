import type { SettingsState } from '../../domain/settings/state.ts';
import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { recordAttempts } from '../../store/alerts/attempts.ts';
import { readAlertLog, type LogPart } from '../../store/alerts/log.ts';
import { advance, readPositions } from '../../store/alerts/progress.ts';
import type { SettingsStore } from '../../store/settings/store.ts';
import { deliveriesOf, type Begun } from './begin.ts';

export interface LogFollowing {
  readonly client: ClickHouseClient;
  readonly store: SettingsStore;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** The deliveries that a part of the log begins, under the settings by which they do. */
export interface BegunPart {
  readonly begun: readonly Begun[];
  readonly settings: SettingsState;
}

/**
 * Follows the topic alerts. A delivery begins with a row in a table, before the position in the log moves on: so a
 * process that is killed in between begins it again, and none is left out.
 */
export class LogDeliveries {
  readonly #following: LogFollowing;
  #next: number | undefined;
  /** The position that is recorded. */
  #recorded = 0;

  constructor(following: LogFollowing) {
    this.#following = following;
  }

  /**
   * Begins the deliveries of the next part of the log.
   * @param end up to which it has landed
   * @param read a part that was read already: it is used where it is the next one
   * @returns undefined where there is none
   */
  async next(end: number, read: LogPart | undefined): Promise<BegunPart | undefined> {
    const { client, store, now } = this.#following;
    const from = (this.#next ??= await this.#readPosition());
    if (from >= end) return undefined;
    const { records, next } = read?.from === from ? read : await readAlertLog(client, from);
    if (next === from) return undefined;
    // Only now: a record may be about a destination that was recorded right before it.
    const settings = await store.refresh();
    const begun: Begun[] = [];
    for (const record of records) begun.push(...(await deliveriesOf(client, settings, record, now())));
    await recordAttempts(
      client,
      begun.map(({ attempt }) => attempt),
    );
    this.#next = next;
    return { begun, settings };
  }

  /**
   * Records how far it has come. Attempts need not wait for it: deliveries that the next process begins again are known by
   * their rows.
   */
  async recordPosition(): Promise<void> {
    if (this.#next === undefined || this.#next === this.#recorded) return;
    const next = this.#next;
    await advance(this.#following.client, 'deliveries', next);
    this.#recorded = next;
  }

  async #readPosition(): Promise<number> {
    this.#recorded = (await readPositions(this.#following.client)).deliveries ?? 0;
    return this.#recorded;
  }
}
