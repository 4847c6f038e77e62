import type { Reservation } from '../domain/gate/reservation.ts';

const MAX_OPEN = 200_000;

/** Decisions whose calls are not settled yet, oldest first. */
export class OpenDecisions {
  readonly #newId: () => string;
  readonly #reservations = new Map<string, Reservation>();
  /** Beyond the limit the oldest are given up: the gate then holds their credits for a day. */
  givenUp = 0;

  constructor(newId: () => string) {
    this.#newId = newId;
  }

  get count(): number {
    return this.#reservations.size;
  }

  /** @param withinMs when the call's event is in Kafka, so that it settles itself; undefined: it is reported. @returns its id */
  add(reservation: Reservation, credits: number, withinMs: number | undefined): string {
    const id = this.#newId();
    this.#reservations.set(id, reservation);
    const [oldest] = this.#reservations.keys();
    if (this.#reservations.size > MAX_OPEN && oldest !== undefined) {
      this.#reservations.delete(oldest);
      this.givenUp += 1;
    }
    if (withinMs !== undefined) setTimeout(() => this.settle(id, credits), withinMs).unref();
    return id;
  }

  /** What the call has cost; an id that is not open, or no more, changes nothing. */
  settle(id: string, credits: number): void {
    const reservation = this.#reservations.get(id);
    if (!reservation) return;
    this.#reservations.delete(id);
    reservation.cost(credits);
    reservation.settle();
  }
}
