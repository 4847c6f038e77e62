import type { BufferedEvent } from '../send-buffer.ts';
import { SpoolDamagedError } from './errors.ts';
import { Milestones } from './milestones.ts';
import type { SpoolSettings } from './settings.ts';

/** Records that cannot be read: of the numbers within [from, to) all but those that were found. */
export interface Unreadable {
  readonly from: number;
  readonly to: number;
  readonly found: ReadonlySet<number>;
  readonly file: string;
}

/** What becomes of the events on the disk, counted, and reported to the call that waits for it. */
export class Outcomes {
  accepted = 0;
  published = 0;
  failed = 0;
  /** The number after the last record that is settled. */
  readonly settled: Milestones = new Milestones();
  readonly #resolveWhen: SpoolSettings['resolveWhen'];
  /** The events whose publish() resolves when Kafka has them, by their number. */
  readonly #awaiting = new Map<number, BufferedEvent>();

  constructor(resolveWhen: SpoolSettings['resolveWhen']) {
    this.#resolveWhen = resolveWhen;
  }

  /** How many publish() calls wait for Kafka. */
  get awaiting(): number {
    return this.#awaiting.size;
  }

  spooled(event: BufferedEvent, number: number): void {
    this.accepted += 1;
    if (this.#resolveWhen === 'spooled') event.delivered();
    else this.#awaiting.set(number, event);
  }

  delivered(number: number): void {
    this.published += 1;
    this.#take(number)?.delivered();
    this.settled.reach(number + 1);
  }

  rejected(number: number, error: Error): void {
    this.failed += 1;
    this.#take(number)?.failed(error);
    this.settled.reach(number + 1);
  }

  unreadable({ from, to, found, file }: Unreadable): void {
    this.failed += to - from - found.size;
    for (const number of this.#awaiting.keys()) {
      if (number >= from && number < to && !found.has(number)) {
        this.#take(number)?.failed(new SpoolDamagedError(file));
      }
    }
  }

  /** What waits for Kafka fails; it stays on the disk. */
  abandon(reason: Error): void {
    for (const number of this.#awaiting.keys()) this.#take(number)?.failed(reason);
  }

  #take(number: number): BufferedEvent | undefined {
    const event = this.#awaiting.get(number);
    this.#awaiting.delete(number);
    return event;
  }
}
