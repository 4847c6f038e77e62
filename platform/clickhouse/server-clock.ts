import { Type } from 'typebox';
import { select, type ClickHouseClient } from './connect.ts';

const Row = Type.Object({ at: Type.Integer() });
const TIME = 'SELECT toUnixTimestamp64Milli(now64(3)) AS at';
/**
 * Of a cluster: nowInBlock64 is evaluated where the rows are, and settings are on the first shard. Before the first
 * setting there is nothing to decide, and any server's clock will do.
 */
const TIME_OF_FIRST_SHARD = `SELECT toUnixTimestamp64Milli(if(count() = 0, now64(3), max(read_at))) AS at
  FROM (SELECT nowInBlock64(3) AS read_at FROM settings_log LIMIT 1)`;
/** D: two monotonic clocks run apart by less than a millisecond in this time. */
const READ_EVERY_MS = 10_000;
/** A reading is off by half of what it took: one that took longer, as where the process was suspended, is not used. */
const SURE_WITHIN_MS = 1_000;

/** The clock was used before ClickHouse had answered. */
export class ClockNotReadError extends Error {
  readonly code = 'CLOCK_NOT_READ';
  constructor() {
    super('The time is not known before ClickHouse has answered once: read the clock first.');
    this.name = 'ClockNotReadError';
  }
}

/**
 * The time by ClickHouse's clock, which a monotonic clock carries on between readings. Processes that decide by it agree
 * on the time, and a wrong clock of their own machine, or one that is set meanwhile, changes nothing. Of a cluster it is
 * the clock of the first shard: requests go to the servers in turn, and their clocks may differ.
 */
export class ServerClock {
  readonly #client: ClickHouseClient;
  readonly #uptime: () => number;
  readonly #query: string;
  /** ClickHouse's time less the uptime. */
  #offsetMs: number | undefined;
  #readAt = -Infinity;

  /** @param uptime milliseconds of a monotonic clock. @param isCluster whether there are several servers (cluster.ts) */
  constructor(client: ClickHouseClient, uptime: () => number, isCluster: boolean) {
    this.#client = client;
    this.#uptime = uptime;
    this.#query = isCluster ? TIME_OF_FIRST_SHARD : TIME;
  }

  /** Epoch milliseconds. @throws ClockNotReadError */
  readonly now = (): number => {
    if (this.#offsetMs === undefined) throw new ClockNotReadError();
    return Math.floor(this.#offsetMs + this.#uptime());
  };

  /** Reads it where the last reading is old. @throws the errors of ClickHouse */
  async refresh(): Promise<void> {
    const before = this.#uptime();
    if (before - this.#readAt < READ_EVERY_MS) return;
    const [row] = await select(this.#client, Row, this.#query);
    const after = this.#uptime();
    if (row === undefined || (this.#offsetMs !== undefined && after - before > SURE_WITHIN_MS)) return;
    this.#offsetMs = row.at - (before + after) / 2;
    this.#readAt = before;
  }
}
