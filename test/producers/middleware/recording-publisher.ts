import { BufferFullError } from '../../../producers/errors.ts';
import type { Publisher, PublisherCounters } from '../../../producers/publisher-contract.ts';
import type { CallEventInput } from '../../../schemas/call-event-fields.ts';

/** A publisher that keeps what it gets, and fails or is full as the test says. */
export class RecordingPublisher implements Publisher {
  readonly events: CallEventInput[] = [];
  /** How many more events fit; the others are rejected, and ready() waits. */
  #room: number;
  #roomWaiters: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];
  /** Thrown by publish(), if set. */
  error: Error | undefined;
  /** Acknowledgements wait for it. */
  acknowledged: Promise<void> = Promise.resolve();

  constructor(room = Number.POSITIVE_INFINITY) {
    this.#room = room;
  }

  makeRoom(events: number): void {
    this.#room += events;
    for (const { resolve } of this.#roomWaiters.splice(0)) resolve();
  }

  async publish(event: CallEventInput): Promise<string> {
    if (this.error) throw this.error;
    if (this.#room < 1) throw new BufferFullError(1, 1);
    this.#room -= 1;
    this.events.push(event);
    await this.acknowledged;
    return event.event_id ?? '';
  }

  ready(): Promise<void> {
    if (this.#room > 0) return Promise.resolve();
    return new Promise((resolve, reject) => this.#roomWaiters.push({ resolve, reject }));
  }

  flush(): Promise<void> {
    return this.acknowledged;
  }

  close(): Promise<void> {
    for (const { reject } of this.#roomWaiters.splice(0)) reject(new Error('the publisher is closed'));
    return Promise.resolve();
  }

  counters(): PublisherCounters {
    throw new Error('the meter counts by itself');
  }
}
