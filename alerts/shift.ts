import type { ServerClock } from '../platform/clickhouse/server-clock.ts';
import type { Logger } from '../platform/logging.ts';
import type { Lease } from '../store/lease.ts';
import type { TickHistory } from './tick-history.ts';
import type { Worker } from './worker.ts';

export interface ShiftParts {
  /** The time that everything is decided by. */
  readonly clock: Pick<ServerClock, 'refresh'>;
  readonly lease: Lease;
  /** Made anew each time that this process gets the work, as another may have worked in between. */
  readonly newWorker: () => Worker;
  readonly ticks: TickHistory;
  readonly logger: Pick<Logger, 'info' | 'error'>;
}

/** So many ticks without anything to do, and the process is at rest. */
const TICKS_TO_REST = 20;

/** Lets this process work while it has the lease, and stand by otherwise. */
export class Shift {
  readonly #parts: ShiftParts;
  #worker: Worker | undefined;
  #idleTicks = 0;

  constructor(parts: ShiftParts) {
    this.#parts = parts;
  }

  /** Undefined while another process has the work. */
  get worker(): Worker | undefined {
    return this.#worker;
  }

  /** One tick. Never rejects: the next one retries. @returns whether there is nothing to do, as for some time already */
  async tick(): Promise<boolean> {
    const { clock, lease, ticks, logger } = this.#parts;
    ticks.started();
    try {
      await clock.refresh();
      if (!(await lease.take())) {
        await this.#stopWorker();
        ticks.stoodBy();
        return true;
      }
      return await this.#work();
    } catch (error) {
      ticks.failed();
      logger.error({ err: error }, 'tick failed, the next one retries');
      return false;
    }
  }

  /** Ends the attempts that run, and lets another process take over. */
  async end(): Promise<void> {
    await this.#stopWorker();
    await this.#parts.lease.release();
  }

  async #work(): Promise<boolean> {
    const { lease, newWorker, ticks, logger } = this.#parts;
    const worker = (this.#worker ??= newWorker());
    const done = await lease.during(() => worker.tick());
    ticks.succeeded(done);
    for (const { orgId, error } of done.failures) {
      logger.error({ err: error, orgId }, 'usage not looked at, it is tried again');
    }
    const { looks, raised, resolved, isIdle } = done;
    if (raised + resolved > 0) logger.info({ looks, raised, resolved }, 'decided');
    this.#idleTicks = isIdle && worker.state.queued === 0 ? this.#idleTicks + 1 : 0;
    return this.#idleTicks >= TICKS_TO_REST;
  }

  async #stopWorker(): Promise<void> {
    await this.#worker?.stop();
    this.#worker = undefined;
  }
}
