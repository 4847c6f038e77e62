import { Problem } from '../problems/problem.ts';

export interface FairShareLimits {
  /** Runs at once for one holder. */
  readonly slots: number;
  /** How long a run may wait for a slot. */
  readonly waitMs: number;
  /** Runs of one holder that may wait at once. */
  readonly maxWaiting: number;
}

/**
 * Gives every holder at most so many slots of a shared resource, so that one cannot use it up for the others. Further
 * runs wait in their order.
 */
export class FairShare {
  readonly #limits: FairShareLimits;
  readonly #running = new Map<string, number>();
  readonly #waiting = new Map<string, Set<() => void>>();

  constructor(limits: FairShareLimits) {
    this.#limits = limits;
  }

  /**
   * Runs the work in one of the holder's slots.
   * @param signal ends the wait with its reason
   * @throws the Problem `too-many-requests` after waitMs, or where maxWaiting runs wait already; what the work throws
   */
  async run<Result>(holder: string, signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    const release = await this.hold(holder, signal);
    try {
      return await work();
    } finally {
      release();
    }
  }

  /** One of the holder's slots, for work that another function ends. Throws as `run` does. @returns what frees it, once */
  async hold(holder: string, signal: AbortSignal): Promise<() => void> {
    await this.#acquire(holder, signal);
    let isHeld = true;
    return () => {
      if (isHeld) this.#release(holder);
      isHeld = false;
    };
  }

  async #acquire(holder: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const running = this.#running.get(holder) ?? 0;
    if (running < this.#limits.slots) {
      this.#running.set(holder, running + 1);
      return;
    }
    const waiting = this.#waiting.get(holder) ?? new Set();
    if (waiting.size >= this.#limits.maxWaiting) throw this.#busy();
    this.#waiting.set(holder, waiting);
    await new Promise<void>((resolve, reject) => {
      const leave = (settle: () => void) => () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
        waiting.delete(enter);
        if (waiting.size === 0 && this.#waiting.get(holder) === waiting) this.#waiting.delete(holder);
        settle();
      };
      const enter = leave(resolve);
      const abort = leave(() => reject(signal.reason));
      const timer = setTimeout(
        leave(() => reject(this.#busy())),
        this.#limits.waitMs,
      );
      signal.addEventListener('abort', abort);
      waiting.add(enter);
    });
  }

  /** Hands the slot to the run that has waited longest. */
  #release(holder: string): void {
    const [next] = this.#waiting.get(holder) ?? [];
    if (next) return next();
    const left = (this.#running.get(holder) ?? 1) - 1;
    if (left > 0) this.#running.set(holder, left);
    else this.#running.delete(holder);
  }

  #busy(): Problem {
    return new Problem(
      'too-many-requests',
      `Wait for other answers: the organisation runs ${this.#limits.slots} queries already, its share of all.`,
      { headers: { 'retry-after': String(Math.ceil(this.#limits.waitMs / 1000)) } },
    );
  }
}
