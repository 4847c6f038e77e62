import type { CallEventInput } from '../schemas/call-event-input.ts';
import { prepareEvent } from '../schemas/prepared-event.ts';
import { BufferedEntry } from './buffered-entry.ts';
import type { CompletePublisherOptions } from './complete-options.ts';
import { endsWithin } from '../platform/deadline.ts';
import { BufferFullError, PublisherClosedError, UndeliveredError } from './errors.ts';
import type { Publisher, PublisherCounters } from './publisher-contract.ts';
import { RoomWaiters } from './room-waiters.ts';
import { MemorySendBuffer } from './send-buffer.ts';
import { Sender } from './sender.ts';
import { traced } from './traced-event.ts';

const HAS_ROOM = Promise.resolve();

/** A publisher whose events wait for Kafka in memory. */
export class BufferedPublisher implements Publisher {
  readonly #options: CompletePublisherOptions;
  readonly #sendBuffer: MemorySendBuffer;
  readonly #sender: Sender;
  readonly #tally = { accepted: 0, published: 0, failed: 0, rejected: 0 };
  readonly #roomWaiters = new RoomWaiters();
  #flushes: { readonly until: number; readonly resolve: () => void }[] = [];
  #closing: Promise<void> | undefined;

  constructor(options: CompletePublisherOptions) {
    const { maxBufferedRecords, maxBufferedBytes, transport, logger } = options;
    this.#options = options;
    this.#sendBuffer = new MemorySendBuffer(maxBufferedRecords, maxBufferedBytes);
    this.#sender = new Sender(this.#sendBuffer, transport, {
      ...options,
      onFailedAttempt: (err, attempt, buffered) =>
        logger?.warn({ err, attempt, buffered }, 'Kafka did not take a batch of events; retrying'),
      onSettled: () => this.#onSettled(),
    });
  }

  publish(input: CallEventInput): Promise<string> {
    try {
      return this.#accept(input);
    } catch (error) {
      this.#tally.rejected += 1;
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #accept(input: CallEventInput): Promise<string> {
    if (this.#closing) throw new PublisherClosedError();
    const { now, random, limits, maxEventBytes, tracer } = this.#options;
    const { eventId, record } = prepareEvent(input, now(), { random, limits, maxEventBytes });
    const entry = new BufferedEntry(record, eventId, this.#tally);
    const delivery = new Promise<string>((resolve) => entry.reportTo(resolve));
    const hasSpan = tracer && this.#sendBuffer.hasRoomFor(entry.sizeBytes);
    if (!this.#sendBuffer.offer(hasSpan ? traced(entry, tracer) : entry)) {
      throw new BufferFullError(this.#sendBuffer.records, this.#sendBuffer.sizeBytes);
    }
    this.#tally.accepted += 1;
    this.#sender.wake(this.#flushes.length > 0);
    return delivery;
  }

  ready(): Promise<void> {
    if (this.#closing) return Promise.reject(new PublisherClosedError());
    if (this.#hasRoom()) return HAS_ROOM;
    return this.#roomWaiters.wait();
  }

  flush(): Promise<void> {
    if (this.#buffered() === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#flushes.push({ until: this.#tally.accepted, resolve });
      this.#sender.wake(true);
    });
  }

  close(deadlineMs = this.#options.closeDeadlineMs): Promise<void> {
    return (this.#closing ??= this.#close(deadlineMs));
  }

  async #close(deadlineMs: number): Promise<void> {
    this.#roomWaiters.reject(new PublisherClosedError());
    await endsWithin(this.flush(), deadlineMs);
    const undelivered = new UndeliveredError(this.#buffered(), deadlineMs);
    for (const entry of this.#sender.stop()) entry.failed(undelivered);
    for (const { resolve } of this.#flushes.splice(0)) resolve();
    await this.#options.transport.close();
    if (undelivered.count > 0) throw undelivered;
  }

  counters(): PublisherCounters {
    return { ...this.#tally, buffered: this.#buffered(), buffered_bytes: this.#sendBuffer.sizeBytes };
  }

  #hasRoom(): boolean {
    return this.#sendBuffer.hasRoomFor(this.#options.maxEventBytes);
  }

  #buffered(): number {
    return this.#tally.accepted - this.#tally.published - this.#tally.failed;
  }

  /** Batches are settled in the order in which their events were accepted, so a count says which events are done. */
  #onSettled(): void {
    const settled = this.#tally.published + this.#tally.failed;
    this.#flushes = this.#flushes.filter(({ until, resolve }) => {
      if (settled >= until) resolve();
      return settled < until;
    });
    this.#roomWaiters.wake(() => this.#hasRoom());
  }
}
