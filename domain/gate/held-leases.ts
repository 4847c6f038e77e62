import type { Lease } from './lease.ts';

/** Leases by their ids, with the sum of what they hold. */
export class HeldLeases {
  readonly #leases = new Map<string, Lease>();
  #held = 0;

  get byId(): ReadonlyMap<string, Lease> {
    return this.#leases;
  }

  get held(): number {
    return this.#held;
  }

  /** What leases hold that began before an instant. */
  heldBefore(instant: number): number {
    let held = 0;
    for (const lease of this.#leases.values()) if (lease.beganAt < instant) held += lease.held;
    return held;
  }

  /** Changes a lease, or adds it. Their order stays, so that they may be changed while they are iterated. */
  change(id: string, lease: Lease, change: () => void): void {
    this.#held -= this.#leases.get(id)?.held ?? 0;
    change();
    this.#leases.set(id, lease);
    this.#held += lease.held;
  }

  delete(id: string): void {
    this.#held -= this.#leases.get(id)?.held ?? 0;
    this.#leases.delete(id);
  }
}
