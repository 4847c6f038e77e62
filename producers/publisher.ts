import { FUTURE_LIMIT_MS, LATENESS_LIMIT_MS, NOTHING_DROPPED } from '../schemas/event-rules.ts';
import type { EventLimits } from '../schemas/event-validation.ts';
import type { CallEventInput } from '../schemas/call-event-input.ts';
import { PlacedRecord } from '../schemas/placed-record.ts';
import { MAX_EVENT_BYTES, prepareEvent } from '../schemas/prepared-event.ts';
import { pooled } from '../platform/random-pool.ts';
import { endsWithin } from './deadline.ts';
import { BufferFullError, PublisherClosedError, UndeliveredError } from './errors.ts';
import { MemorySendBuffer, type BufferedEvent } from './send-buffer.ts';
import type { Publisher, PublisherCounters, PublisherLimits } from './publisher-contract.ts';
import { Sender } from './sender.ts';
import type { SpoolLogger } from './spool/spool-log.ts';
import type { SpoolOptions } from './spool/spool-options.ts';
import { SpooledPublisher } from './spool/spooled-publisher.ts';
import { traced } from './traced-event.ts';
import type { PublisherTracer } from './tracer.ts';
import type { Transport } from './transport.ts';

export interface PublisherOptions extends PublisherLimits {
  readonly transport: Transport;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Returns that many random bytes, for event ids: crypto.randomBytes. */
  readonly random: (bytes: number) => Uint8Array;
  readonly logger?: SpoolLogger;
  /** Traces sampled events; not with a spool. */
  readonly tracer?: PublisherTracer | undefined;
  /** Events wait for Kafka on the disk instead of in memory. */
  readonly spool?: SpoolOptions;
}

const DEFAULTS = {
  futureLimitMs: FUTURE_LIMIT_MS,
  latenessLimitMs: LATENESS_LIMIT_MS,
  lingerMs: 5,
  maxBatchRecords: 5_000,
  maxBatchBytes: 512 * 1024,
  maxBufferedRecords: 100_000,
  maxBufferedBytes: 64 * 1024 * 1024,
  maxEventBytes: MAX_EVENT_BYTES,
};
const RETRYING = { retryMs: 100, maxRetryMs: 5_000 };
const HAS_ROOM = Promise.resolve();
const CLOSE_DEADLINE_MS = 30_000;

/**
 * The publishing SDK. It connects when the first event is published.
 * @throws RangeError if the bounds contradict each other, InvalidSpoolOptionsError
 */
export function createPublisher(options: PublisherOptions): Publisher {
  const complete = { ...DEFAULTS, ...options, random: pooled(options.random) };
  checkBounds(complete);
  const { spool } = complete;
  if (!spool) return new BufferedPublisher(complete);
  return new SpooledPublisher({
    ...complete,
    ...RETRYING,
    spool,
    limits: eventLimits(complete),
    closeDeadlineMs: CLOSE_DEADLINE_MS,
    // Events have lingered already, to share an fsync.
    lingerMs: options.lingerMs ?? 0,
  });
}

function checkBounds({ maxBufferedRecords, maxBufferedBytes, maxEventBytes }: typeof DEFAULTS): void {
  if (maxBufferedRecords < 1 || maxBufferedBytes < maxEventBytes) {
    throw new RangeError(
      'Set maxBufferedRecords to at least 1 and maxBufferedBytes to at least maxEventBytes.',
    );
  }
}

/** Only the consumers know what retention has dropped. */
function eventLimits({ futureLimitMs, latenessLimitMs }: typeof DEFAULTS): EventLimits {
  return { ...NOTHING_DROPPED, futureMs: futureLimitMs, latenessMs: latenessLimitMs };
}

class BufferedPublisher implements Publisher {
  readonly #options: PublisherOptions & typeof DEFAULTS;
  readonly #limits: EventLimits;
  readonly #sendBuffer: MemorySendBuffer;
  readonly #sender: Sender;
  readonly #tally = { accepted: 0, published: 0, failed: 0, rejected: 0 };
  #roomWaiters: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];
  #flushes: { readonly until: number; readonly resolve: () => void }[] = [];
  #closing: Promise<void> | undefined;

  constructor(options: PublisherOptions & typeof DEFAULTS) {
    const { maxBufferedRecords, maxBufferedBytes, transport, logger } = options;
    this.#options = options;
    this.#limits = eventLimits(options);
    this.#sendBuffer = new MemorySendBuffer(maxBufferedRecords, maxBufferedBytes);
    this.#sender = new Sender(this.#sendBuffer, transport, {
      ...options,
      ...RETRYING,
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
    const { now, random, maxEventBytes, tracer } = this.#options;
    const { eventId, record } = prepareEvent(input, now(), { random, limits: this.#limits, maxEventBytes });
    const entry = new Entry(record, eventId, this.#tally);
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
    if (this.#sendBuffer.hasRoomFor(this.#options.maxEventBytes)) return HAS_ROOM;
    return new Promise((resolve, reject) => this.#roomWaiters.push({ resolve, reject }));
  }

  flush(): Promise<void> {
    if (this.#buffered() === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#flushes.push({ until: this.#tally.accepted, resolve });
      this.#sender.wake(true);
    });
  }

  close(deadlineMs = CLOSE_DEADLINE_MS): Promise<void> {
    return (this.#closing ??= this.#close(deadlineMs));
  }

  async #close(deadlineMs: number): Promise<void> {
    for (const waiter of this.#roomWaiters.splice(0)) waiter.reject(new PublisherClosedError());
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
    if (!this.#sendBuffer.hasRoomFor(this.#options.maxEventBytes)) return;
    for (const waiter of this.#roomWaiters.splice(0)) waiter.resolve();
  }
}

type Report = (outcome: string | Promise<never>) => void;

/**
 * One event whose delivery is reported once; later reports are ignored. Of the two functions that report, only the one
 * that resolves is kept while the event waits.
 */
class Entry extends PlacedRecord implements BufferedEvent {
  readonly #eventId: string;
  readonly #tally: { published: number; failed: number };
  #report: Report | undefined;

  constructor(record: PlacedRecord, eventId: string, tally: { published: number; failed: number }) {
    super(record.key, record, record.sizeBytes);
    this.#eventId = eventId;
    this.#tally = tally;
  }

  reportTo(report: Report): void {
    this.#report = report;
  }

  delivered(): void {
    const report = this.#report;
    if (!report) return;
    this.#report = undefined;
    this.#tally.published += 1;
    report(this.#eventId);
  }

  failed(reason: Error): void {
    const report = this.#report;
    if (!report) return;
    this.#report = undefined;
    this.#tally.failed += 1;
    report(Promise.reject(reason));
  }
}
