import type { SettingsState } from '../../domain/settings/state.ts';
import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import type { LoggedChange } from '../../schemas/settings-change.ts';
import { advance, readPositions } from '../../store/alerts/progress.ts';
import { readLog } from '../../store/settings/read-log.ts';

/** Follows the changes of settings, each once and again after a crash: begins at the end of the log the first time. */
export class Changes {
  readonly #client: ClickHouseClient;
  #next: number | undefined;
  #readUpTo = 0;

  constructor(client: ClickHouseClient) {
    this.#client = client;
  }

  /** The changes that are in these settings and were not handled yet. */
  async read(settings: SettingsState): Promise<LoggedChange[]> {
    if (this.#next === undefined) {
      this.#next = (await readPositions(this.#client)).settings;
      if (this.#next === undefined) await this.#advance(settings.nextOffset);
    }
    const changes: LoggedChange[] = [];
    for (let from = this.#next ?? 0; from < settings.nextOffset;) {
      const rows = (await readLog(this.#client, from)).filter(({ offset }) => offset < settings.nextOffset);
      const last = rows.at(-1);
      if (last === undefined) break;
      changes.push(...rows);
      from = last.offset + 1;
    }
    this.#readUpTo = settings.nextOffset;
    return changes;
  }

  /** What was read last need not be read again. */
  async handled(): Promise<void> {
    if (this.#readUpTo > (this.#next ?? 0)) await this.#advance(this.#readUpTo);
  }

  async #advance(next: number): Promise<void> {
    await advance(this.#client, 'settings', next);
    this.#next = next;
  }
}
