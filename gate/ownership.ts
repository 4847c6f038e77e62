/**
 * Which partitions of leases this gate owns, and whether it may still grant. Kafka's consumer group assigns them; this
 * keeps two gates from granting from one ledger at the same time, by intervals of monotonic clocks alone:
 *
 * - A gate grants while Kafka has answered a heartbeat that it sent less than `sessionMs` ago. It looks again after
 *   Kafka has acknowledged the record of a grant, right before it answers.
 * - Kafka gives a partition to another member only when the last one has left or joined again, and so grants no more
 *   after its last heartbeat's session, or when that session has expired.
 * - The new owner waits longer than a session, then reads the partition to its end: every grant that its predecessor
 *   answered was acknowledged within the session, and so is read.
 */
export class Ownership {
  readonly #sessionMs: number;
  readonly #now: () => number;
  #seenAt = -Infinity;
  readonly #owned = new Map<number, number>();

  /** @param now milliseconds of a monotonic clock */
  constructor(sessionMs: number, now: () => number) {
    this.#sessionMs = sessionMs;
    this.#now = now;
  }

  /** Clocks of two machines run at slightly different rates. */
  static waitMs(sessionMs: number): number {
    return Math.ceil(sessionMs * 1.1);
  }

  /** Kafka has answered a heartbeat, or a join, that was sent at an instant. */
  seen(sentAt: number): void {
    this.#seenAt = Math.max(this.#seenAt, sentAt);
  }

  get isMember(): boolean {
    return this.#now() - this.#seenAt < this.#sessionMs;
  }

  owned(): number[] {
    return [...this.#owned.keys()];
  }

  /** A token of an unbroken ownership; undefined without one. Equal tokens: no other gate granted in between. */
  tokenOf(partition: number): number | undefined {
    return this.isMember ? this.#owned.get(partition) : undefined;
  }

  /** What it owned before is lost where its session had ended: another gate may have owned it in between. */
  assigned(partitions: readonly number[]): void {
    const kept = this.isMember ? new Set(partitions) : new Set<number>();
    for (const partition of this.#owned.keys()) if (!kept.has(partition)) this.#owned.delete(partition);
  }

  own(partition: number, token: number): void {
    this.#owned.set(partition, token);
  }

  loseAll(): void {
    this.#owned.clear();
  }
}
