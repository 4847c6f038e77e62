/** The callers of ready() that wait until there is room for an event. */
export class RoomWaiters {
  readonly #waiters: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];

  wait(): Promise<void> {
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }

  /** All go on where there is room: the first of them may take it again. */
  wake(hasRoom: () => boolean): void {
    if (this.#waiters.length === 0 || !hasRoom()) return;
    for (const { resolve } of this.#waiters.splice(0)) resolve();
  }

  reject(error: Error): void {
    for (const waiter of this.#waiters.splice(0)) waiter.reject(error);
  }
}
