import type { Logger } from '../platform/logging.ts';

export interface LoopPace {
  /** From the end of a step to the next one. */
  readonly pauseMs: number;
  /** The same after a step that had nothing to do. */
  readonly idlePauseMs: number;
  /** A longer step is followed by so many times its own duration: it bounds the share of a core that the loop takes. */
  readonly restFactor: number;
}

/**
 * Repeats a step of work that no one waits for beside the ticks, while this process is the one that works. A step that
 * fails is logged and taken again: each finds out by itself what there is to do.
 */
export class BackgroundLoop {
  readonly #name: string;
  readonly #step: () => Promise<boolean>;
  readonly #isOurs: () => boolean;
  readonly #pace: LoopPace;
  readonly #logger: Pick<Logger, 'error'>;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #isStopped = false;

  /** @param step returns whether there was anything to do */
  constructor(
    name: string,
    step: () => Promise<boolean>,
    isOurs: () => boolean,
    pace: LoopPace,
    logger: Pick<Logger, 'error'>,
  ) {
    this.#name = name;
    this.#step = step;
    this.#isOurs = isOurs;
    this.#pace = pace;
    this.#logger = logger;
  }

  start(): void {
    this.#wait(this.#pace.pauseMs);
  }

  /** Resolves when a running step has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  #wait(ms: number): void {
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => {
      this.#running = this.#run();
    }, ms);
  }

  async #run(): Promise<void> {
    const startedAt = performance.now();
    let { pauseMs } = this.#pace;
    try {
      if (this.#isOurs() && !(await this.#step())) pauseMs = this.#pace.idlePauseMs;
    } catch (error) {
      this.#logger.error({ err: error }, `${this.#name} failed, it is tried again`);
    }
    this.#wait(Math.max(pauseMs, (performance.now() - startedAt) * this.#pace.restFactor));
  }
}
