import { endsWithin } from '../../platform/deadline.ts';

/** Counts the calls that are not settled, for a close() that waits for them. */
export class InFlight {
  #count = 0;
  #waiters: (() => void)[] = [];

  enter(): void {
    this.#count += 1;
  }

  leave(): void {
    this.#count -= 1;
    if (this.#count > 0) return;
    for (const resolve of this.#waiters.splice(0)) resolve();
  }

  /** @returns whether all had left within the deadline */
  allLeft(deadlineMs: number): Promise<boolean> {
    if (this.#count === 0) return Promise.resolve(true);
    return endsWithin(new Promise<void>((resolve) => this.#waiters.push(resolve)), deadlineMs);
  }
}
