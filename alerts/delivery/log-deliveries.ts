import type { SettingsState } from '../../domain/settings/state.ts';
import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { recordAttempts } from '../../store/alerts/attempts.ts';
import { readAlertLog } from '../../store/alerts/log.ts';
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

  constructor(following: LogFollowing) {
    this.#following = following;
  }

  /**
   * Begins the deliveries of the next part of the log.
   * @param end up to which it has landed
   * @returns undefined where there is none
   */
  async next(end: number): Promise<BegunPart | undefined> {
    const { client, store, now } = this.#following;
    this.#next ??= (await readPositions(client)).deliveries ?? 0;
    if (this.#next >= end) return undefined;
    const { records, next } = await readAlertLog(client, this.#next);
    if (next === this.#next) return undefined;
    // Only now: a record may be about a destination that was recorded right before it.
    const settings = await store.refresh();
    const begun: Begun[] = [];
    for (const record of records) begun.push(...(await deliveriesOf(client, settings, record, now())));
    await recordAttempts(
      client,
      begun.map(({ attempt }) => attempt),
    );
    await advance(client, 'deliveries', next);
    this.#next = next;
    return { begun, settings };
  }
}
