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
  readonly #running = new Set<string>();
  /** Those that run and are to be read again where they are to be retried. */
  readonly #forgotten = new Set<string>();
  /** What ended while the table is being read: it may still have it as unfinished. */
  #ended: Set<string> | undefined;
  /** Destinations of which the table has more than is here. */
  readonly #cut = new Set<string>();
  /** Whether there may be destinations that are not here at all. */
  #isCut = true;

  get size(): number {
    return this.#known.size;
  }

  /** Whether the table may have deliveries that are not here, and there is room for them. */
  get wantsMore(): boolean {
    if (this.size > MOST_QUEUED / 2) return false;
    return this.#isCut || [...this.#cut].some((key) => this.#sizeOf(key) <= PER_DESTINATION / 2);
  }

  /** Adds those that are not here yet, as far as there is room. */
  add(deliveries: readonly Queued[]): void {
    for (const delivery of deliveries) {
      const key = keyOf(delivery);
      if (this.#known.has(key)) continue;
      const destination = destinationOf(delivery);
      if (this.#sizeOf(destination) >= PER_DESTINATION || this.size >= MOST_QUEUED) {
        this.#cut.add(destination);
        continue;
      }
      this.#known.add(key);
      this.#of(delivery).waiting.set(key, delivery);
    }
  }

  /**
   * Adds what is read from the table, less what ends meanwhile.
   * @param read of each destination the oldest ones, one more than there is room for; of all together MOST_QUEUED at most
   */
  async refill(read: () => Promise<readonly Queued[]>): Promise<void> {
    const ended = (this.#ended = new Set<string>());
    try {
      const found = await read();
      this.#isCut = found.length >= MOST_QUEUED;
      this.#cut.clear();
      this.add(found.filter((delivery) => !ended.has(keyOf(delivery))));
    } finally {
      this.#ended = undefined;
    }
  }

  /** Lets go of all: what the table has of them is to be read again. Those that run end as they are. */
  forget(): void {
    for (const { waiting } of this.#destinations.values()) {
      for (const key of waiting.keys()) this.#known.delete(key);
      waiting.clear();
    }
    for (const key of this.#running) this.#forgotten.add(key);
    this.#isCut = true;
  }

  /** Takes those that are due, as many as may run at once; each is to be given back by `retry` or `done`. */
  takeDue(now: number): Queued[] {
    const taken: Queued[] = [];
    for (const own of this.#destinations.values()) {
      const most = own.isFailing ? 1 : RUNNING_PER_DESTINATION;
      for (const [key, delivery] of own.waiting) {
        if (this.#running.size >= MOST_RUNNING) return taken;
        if (own.running >= most) break;
        if (delivery.next_at > now) continue;
        own.waiting.delete(key);
        own.running += 1;
        this.#running.add(key);
        taken.push(delivery);
      }
    }
    return taken;
  }

  /** Puts a delivery back for its next attempt. */
  retry(delivery: Queued): void {
    const key = keyOf(delivery);
    const own = this.#gaveBack(delivery, true);
    if (this.#forgotten.delete(key)) {
      this.#known.delete(key);
      this.#isCut = true;
      return;
    }
    own.waiting.set(key, delivery);
  }

  /** @param isDelivered whether it was, or was given up */
  done(delivery: Queued, isDelivered: boolean): void {
    const key = keyOf(delivery);
    const wasFailing = this.#of(delivery).isFailing;
    const own = this.#gaveBack(delivery, !isDelivered);
    this.#known.delete(key);
    this.#forgotten.delete(key);
    this.#ended?.add(key);
    // The receiver is back: the others need not wait until they would be tried again.
    if (wasFailing && isDelivered) {
      for (const [each, waiting] of own.waiting) own.waiting.set(each, { ...waiting, next_at: 0 });
    }
    if (own.waiting.size + own.running === 0) this.#destinations.delete(destinationOf(delivery));
  }

  #gaveBack(delivery: Queued, isFailing: boolean): OfDestination {
    const own = this.#of(delivery);
    own.running -= 1;
    this.#running.delete(keyOf(delivery));
    own.isFailing = isFailing;
    return own;
  }

  #sizeOf(destination: string): number {
    const own = this.#destinations.get(destination);
    return own === undefined ? 0 : own.waiting.size + own.running;
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

/** Not by the delivery's id, which changes where a person is erased. */
const keyOf = ({ org_id, destination_id, kafka_offset, round }: Unfinished): string =>
  JSON.stringify([org_id, destination_id, kafka_offset, round]);
