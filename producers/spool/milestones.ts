/** A count that only rises, and those who wait for it to reach a value. */
export class Milestones {
  #reached = 0;
  #waiters: { readonly value: number; readonly resolve: () => void }[] = [];

  reach(value: number): void {
    this.#reached = Math.max(this.#reached, value);
    if (this.#waiters.length === 0) return;
    this.#waiters = this.#waiters.filter((waiter) => {
      if (waiter.value > this.#reached) return true;
      waiter.resolve();
      return false;
    });
  }

  wait(value: number): Promise<void> {
    if (value <= this.#reached) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push({ value, resolve }));
  }
}
