import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../platform/clickhouse/connect.ts';
import type { Logger } from '../platform/logging.ts';

/** The work: the ticks of aggregators, or alerts. */
export type LeaseName = 'tick' | 'alerts';

export interface LeaseTimes {
  /** How long the lease is good after it was written: a killed holder's work waits so long, and for a tick. */
  readonly validMs: number;
  /** How often it is written while the work runs. */
  readonly renewEveryMs: number;
}

/** D: three ticks, and one. */
const TIMES: LeaseTimes = { validMs: 6_000, renewEveryMs: 2_000 };
/** D: so long it is renewed without looking whether another one wrote it too, after this process was suspended. */
const SURE_FOR_MS = 30_000;
/** D: longer than any statement. A tick that hangs must not keep the others from the work. */
const LONGEST_MS = 10 * 60_000;
/** A stop must not wait for a ClickHouse that hangs. */
const RELEASED_WITHIN_MS = 1_000;

const LeaseRow = Type.Object({ holder: Type.String(), is_valid: Type.Boolean() });

/**
 * Lets one of several processes work while the others stand by: two aggregators would seal the same hours at the same
 * time, for twice the CPU. It saves work and decides nothing. Any number of them may work at once, so two that take the
 * lease in the same moment, or a holder that was suspended, do no harm.
 */
export class Lease {
  readonly #client: ClickHouseClient;
  readonly #name: LeaseName;
  readonly #holder: string;
  readonly #logger: Pick<Logger, 'debug'>;
  readonly #times: LeaseTimes;
  #isHeld = false;
  /** By this process's uptime, from before the lease was written: it is good at least until then. */
  #validUntilMs = 0;
  /** When this process last read that it is the holder, by the same clock. */
  #readAtMs = -Infinity;

  /** @param holder unique to this process */
  constructor(
    client: ClickHouseClient,
    name: LeaseName,
    holder: string,
    logger: Pick<Logger, 'debug'>,
    times = TIMES,
  ) {
    this.#client = client;
    this.#name = name;
    this.#holder = holder;
    this.#logger = logger;
    this.#times = times;
  }

  /**
   * Needs no statement while more than half of its time is left, and only one to renew it before it has run out: three
   * in each tick took a third of the CPU time of an idle aggregator.
   * @returns whether this process has the work now
   */
  async take(): Promise<boolean> {
    const leftMs = this.#isHeld ? this.#validUntilMs - performance.now() : 0;
    if (leftMs > this.#times.validMs / 2) return true;
    this.#isHeld = false;
    const current = leftMs > 0 ? undefined : await this.#read();
    if (current?.is_valid && current.holder !== this.#holder) return false;
    await this.#write(this.#times.validMs);
    const now = performance.now();
    const isSure = leftMs > 0 && now - this.#readAtMs < SURE_FOR_MS;
    // Of several that found it free, the last one to write has it.
    this.#isHeld = isSure || (await this.#read())?.holder === this.#holder;
    if (!isSure) this.#readAtMs = now;
    return this.#isHeld;
  }

  /** Keeps the lease while the work runs, however long it takes. */
  async during<Result>(work: () => Promise<Result>): Promise<Result> {
    const startedAt = performance.now();
    const timer = setInterval(() => {
      if (performance.now() - startedAt > LONGEST_MS) return clearInterval(timer);
      this.#write(this.#times.validMs).catch((error: unknown) =>
        this.#logger.debug({ err: error }, 'lease not renewed; another process may do the same work'),
      );
    }, this.#times.renewEveryMs);
    try {
      return await work();
    } finally {
      clearInterval(timer);
    }
  }

  /** Lets another process take over at its next tick. Never rejects: a lease that is not released runs out. */
  async release(): Promise<void> {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    try {
      await this.#write(0, AbortSignal.timeout(RELEASED_WITHIN_MS));
    } catch (error) {
      this.#logger.debug({ err: error }, 'lease not released; it runs out');
    }
  }

  async #read() {
    const [row] = await select(
      this.#client,
      LeaseRow,
      `SELECT holder, toBool(until > now64(3)) AS is_valid FROM aggregator_lease
       WHERE name = {name:String} ORDER BY written_at DESC, holder DESC LIMIT 1`,
      { name: this.#name },
    );
    return row;
  }

  async #write(forMs: number, signal?: AbortSignal): Promise<void> {
    const startedAt = performance.now();
    await this.#client.command({
      query: `INSERT INTO aggregator_lease (name, holder, until, written_at)
        SELECT {name:String}, {holder:String}, now64(3) + toIntervalMillisecond({ms:UInt32}), now64(3)`,
      query_params: { name: this.#name, holder: this.#holder, ms: forMs },
      ...(signal && { abort_signal: signal }),
    });
    this.#validUntilMs = startedAt + forMs;
  }
}
