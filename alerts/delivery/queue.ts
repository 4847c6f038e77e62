import type { Unfinished } from '../../store/alerts/attempts.ts';
import type { Message } from './message.ts';

/** An unfinished delivery in memory. */
export interface Queued extends Unfinished {
  readonly message: Message;
}

interface OfDestination {
  readonly waiting: Map<string, Queued>;
  running: number;
  /** Whether its last attempt failed: then one is made at a time. */
  isFailing: boolean;
}

/** D: of one destination, so that one that fails for a day does not fill the memory. The others are in the table. */
export const PER_DESTINATION = 100;
/** Of all together. */
export const MOST_QUEUED = 10_000;
const RUNNING_PER_DESTINATION = 4;
const MOST_RUNNING = 50;

/**
 * The unfinished deliveries that are in memory: the oldest ones of each destination. What has no room here is in the
 * table all the same, and is read again when there is.
 */
export class DeliveryQueue {
  readonly #destinations = new Map<string, OfDestination>();
  readonly #known = new Set<string>();
  #running = 0;
  /** What ended while the table is being read: it may still have it as unfinished. */
  #ended: Set<string> | undefined;
  /** Whether the table may have more than is here. */
  isCut = true;

  get size(): number {
    return this.#known.size;
  }

  /** Whether there is room for what the table has. */
  get mayTake(): boolean {
    return this.size <= MOST_QUEUED / 2;
  }

  /** Adds those that are not here yet, as far as there is room. */
  add(deliveries: readonly Queued[]): void {
    for (const delivery of deliveries) {
      const key = keyOf(delivery);
      if (this.#known.has(key)) continue;
      const own = this.#of(delivery);
      if (own.waiting.size + own.running >= PER_DESTINATION || this.size >= MOST_QUEUED) {
        this.isCut = true;
        continue;
      }
      this.#known.add(key);
      own.waiting.set(key, delivery);
    }
  }

  /** Adds what is read from the table, less what ends meanwhile. */
  async refill(read: () => Promise<readonly Queued[]>): Promise<void> {
    const ended = (this.#ended = new Set<string>());
    try {
      const found = await read();
      this.add(found.filter((delivery) => !ended.has(keyOf(delivery))));
    } finally {
      this.#ended = undefined;
    }
  }

  /** Takes those that are due, as many as may run at once; each is to be given back by `retry` or `done`. */
  takeDue(now: number): Queued[] {
    const taken: Queued[] = [];
    for (const own of this.#destinations.values()) {
      const most = own.isFailing ? 1 : RUNNING_PER_DESTINATION;
      for (const [key, delivery] of own.waiting) {
        if (this.#running >= MOST_RUNNING) return taken;
        if (own.running >= most) break;
        if (delivery.next_at > now) continue;
        own.waiting.delete(key);
        own.running += 1;
        this.#running += 1;
        taken.push(delivery);
      }
    }
    return taken;
  }

  /** Puts a delivery back for its next attempt. */
  retry(delivery: Queued): void {
    const own = this.#gaveBack(delivery, true);
    own.waiting.set(keyOf(delivery), delivery);
  }

  /** @param isDelivered whether it was, or was given up */
  done(delivery: Queued, isDelivered: boolean): void {
    const own = this.#gaveBack(delivery, !isDelivered);
    this.#known.delete(keyOf(delivery));
    this.#ended?.add(keyOf(delivery));
    if (own.waiting.size + own.running === 0) this.#destinations.delete(destinationOf(delivery));
  }

  #gaveBack(delivery: Queued, isFailing: boolean): OfDestination {
    const own = this.#of(delivery);
    own.running -= 1;
    this.#running -= 1;
    own.isFailing = isFailing;
    return own;
  }

  #of(delivery: Queued): OfDestination {
    const key = destinationOf(delivery);
    const own = this.#destinations.get(key) ?? { waiting: new Map(), running: 0, isFailing: false };
    this.#destinations.set(key, own);
    return own;
  }
}

const destinationOf = ({ org_id, destination_id }: Unfinished): string =>
  JSON.stringify([org_id, destination_id]);

const keyOf = ({ delivery_id, round }: Unfinished): string => `${delivery_id} ${round}`;
