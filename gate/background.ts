import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerClock } from '../platform/clickhouse/server-clock.ts';
import type { Logger } from '../platform/logging.ts';
import type { SettingsState } from '../domain/settings/state.ts';
import type { SettingsStore } from '../store/settings/store.ts';
import type { Accounts } from './accounts.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { Decisions } from './decisions.ts';
import { GateProblem } from './problems.ts';

const TICK_MS = 250;
/** Granting by older settings could pass a limit that was lowered. */
const SETTINGS_HOLD_MS = 10_000;
const FORGET_EVERY_MS = 10_000;

export interface BackgroundParts {
  readonly clock: Pick<ServerClock, 'refresh'>;
  readonly settings: SettingsStore;
  readonly checkpoints: Checkpoints;
  readonly accounts: () => Accounts;
  readonly decisions: () => Decisions;
  /** Milliseconds of a monotonic clock. */
  readonly uptime: () => number;
  readonly logger: Logger;
}

/** What the gate does besides answering: it follows settings, landing and used credits. */
export class Background {
  readonly #parts: BackgroundParts;
  #state: { readonly settings: SettingsState; readonly at: number } | undefined;
  #isStopped = false;
  #running: Promise<unknown> = Promise.resolve();
  #forgotAt = 0;

  constructor(parts: BackgroundParts) {
    this.#parts = parts;
  }

  /** The settings as of the last seconds. @throws GateProblem where ClickHouse does not answer */
  settings(): SettingsState {
    const { uptime } = this.#parts;
    if (this.#state === undefined || uptime() - this.#state.at > SETTINGS_HOLD_MS) {
      throw new GateProblem('unavailable', 'The settings cannot be read: look at ClickHouse.', {
        headers: { 'retry-after': '1' },
      });
    }
    return this.#state.settings;
  }

  get isReady(): boolean {
    return this.#state !== undefined && this.#parts.uptime() - this.#state.at <= SETTINGS_HOLD_MS;
  }

  start(): void {
    const { checkpoints, accounts, decisions } = this.#parts;
    this.#running = Promise.all([
      this.#repeat('settings not read', () => this.#follow()),
      this.#repeat('landing not followed', async () => {
        if (accounts().hasLeases) await checkpoints.take();
        await checkpoints.look();
      }),
      this.#repeat('used credits not read', () => accounts().read()),
      this.#repeat('leases not renewed', () => decisions().renew()),
      this.#repeat('leases not forgotten', () => this.#forget()),
    ]);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  /** Nothing is granted before the settings are known, and so none before the time is. */
  async #follow(): Promise<void> {
    await this.#parts.clock.refresh();
    const at = this.#parts.uptime();
    this.#state = { settings: await this.#parts.settings.refresh(), at };
  }

  #forget(): void {
    const now = this.#parts.uptime();
    if (now - this.#forgotAt < FORGET_EVERY_MS) return;
    this.#forgotAt = now;
    this.#parts.accounts().forget();
  }

  /** Never rejects. */
  async #repeat(failure: string, work: () => void | Promise<void>): Promise<void> {
    while (!this.#isStopped) {
      try {
        await work();
      } catch (error) {
        this.#parts.logger.warn({ err: error }, failure);
      }
      await sleep(TICK_MS);
    }
  }
}
