/**
 * Work that goes on beside the ticks, so that no tick waits for it. One run at a time: what is started meanwhile begins
 * when that has ended, once.
 */
export class Beside {
  #running: Promise<void> | undefined;
  #next: (() => Promise<void>) | undefined;
  #failure: { readonly error: unknown } | undefined;

  start(work: () => Promise<void>): void {
    if (this.#running !== undefined) {
      this.#next = work;
      return;
    }
    this.#running = work()
      .catch((error: unknown) => {
        this.#failure = { error };
      })
      .finally(() => {
        this.#running = undefined;
        const next = this.#next;
        this.#next = undefined;
        if (next !== undefined) this.start(next);
      });
  }

  /** @throws what a run has failed with since the last call: then the tick counts as failed */
  check(): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure.error;
  }

  /** Resolves when nothing runs, also where it failed. */
  async ended(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }
}
