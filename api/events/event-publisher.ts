import { setTimeout as sleep } from 'node:timers/promises';
import { RecordsRejectedError } from '../../platform/kafka/call-event-producer.ts';
import type { Logger } from '../../platform/logging.ts';
import { recordBytes, type OutgoingRecord } from '../../schemas/prepared-event.ts';

/** Kafka is slower than the clients: nothing was taken. Send the events again later. */
export class TooManyWaitingError extends Error {
  readonly code = 'TOO_MANY_WAITING';
  constructor() {
    super('Too many events wait for Kafka: send these again later.');
    this.name = 'TooManyWaitingError';
  }
}

/** Kafka did not confirm the events in time. It may have them or not: send them again with the same ids. */
export class UnconfirmedError extends Error {
  readonly code = 'UNCONFIRMED';
  constructor(timeoutMs: number, cause?: unknown) {
    super(`Kafka did not confirm the events within ${timeoutMs / 1000} s.`, { cause });
    this.name = 'UnconfirmedError';
  }
}

/** Appends records to the call topic; CallEventProducer does. */
export interface RecordSink {
  append(records: readonly OutgoingRecord[]): Promise<void>;
  close(): Promise<void>;
}

export interface EventPublisherOptions {
  readonly sink: RecordSink;
  readonly logger: Pick<Logger, 'warn'>;
  /** The longest time until a publish ends. */
  readonly timeoutMs: number;
  /** Of the records that wait for Kafka or are on their way. */
  readonly maxWaitingBytes: number;
}

/** A whole batch may go to one partition, and Kafka accepts 1 MiB for a partition at once. */
const MAX_BATCH_BYTES = 512 * 1024;
const RETRY_MS = 100;
const MAX_RETRY_MS = 1_000;

/** The records of one request. They are settled once: confirmed by Kafka, rejected by it, or out of time. */
interface Entry {
  readonly records: readonly OutgoingRecord[];
  readonly sizeBytes: number;
  isSettled: boolean;
  readonly confirm: () => void;
  readonly fail: (error: Error) => void;
}

/**
 * Publishes the events of requests. Requests that arrive during a send share the next one, so throughput does not
 * depend on how few events a request has. Failed sends are repeated while a request still waits for them.
 */
export class EventPublisher {
  readonly #options: EventPublisherOptions;
  readonly #waiting = new Set<Entry>();
  readonly #stop = new AbortController();
  #heldBytes = 0;
  #isSending = false;
  #lastError: unknown;

  constructor(options: EventPublisherOptions) {
    this.#options = options;
  }

  /**
   * Resolves once Kafka has all records on all in-sync replicas.
   * @throws TooManyWaitingError, UnconfirmedError, RecordsRejectedError
   */
  publish(records: readonly OutgoingRecord[]): Promise<void> {
    const { timeoutMs, maxWaitingBytes } = this.#options;
    const sizeBytes = records.reduce((sum, record) => sum + recordBytes(record), 0);
    if (this.#stop.signal.aborted) return Promise.reject(new UnconfirmedError(timeoutMs));
    if (this.#heldBytes > 0 && this.#heldBytes + sizeBytes > maxWaitingBytes) {
      return Promise.reject(new TooManyWaitingError());
    }
    this.#heldBytes += sizeBytes;
    return new Promise((resolve, reject) => {
      const settle = (report: () => void): void => {
        if (entry.isSettled) return;
        entry.isSettled = true;
        clearTimeout(timer);
        if (this.#waiting.delete(entry)) this.#heldBytes -= sizeBytes;
        report();
      };
      const entry: Entry = {
        records,
        sizeBytes,
        isSettled: false,
        confirm: () => settle(resolve),
        fail: (error) => settle(() => reject(error)),
      };
      const timer = setTimeout(() => entry.fail(new UnconfirmedError(timeoutMs, this.#lastError)), timeoutMs);
      this.#waiting.add(entry);
      void this.#drain();
    });
  }

  /** Ends what waits with UnconfirmedError, and the connection. */
  async close(): Promise<void> {
    this.#stop.abort();
    for (const entry of this.#waiting) entry.fail(new UnconfirmedError(this.#options.timeoutMs));
    await this.#options.sink.close();
  }

  /** Never rejects: failures go to the entries. */
  async #drain(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    while (this.#waiting.size > 0) {
      const entries = this.#take();
      await this.#deliver(entries);
      for (const { sizeBytes } of entries) this.#heldBytes -= sizeBytes;
    }
    this.#isSending = false;
  }

  /** The oldest entries, up to a batch's bytes but at least one. */
  #take(): Entry[] {
    const taken: Entry[] = [];
    let bytes = 0;
    for (const entry of this.#waiting) {
      if (taken.length > 0 && bytes + entry.sizeBytes > MAX_BATCH_BYTES) break;
      bytes += entry.sizeBytes;
      taken.push(entry);
      this.#waiting.delete(entry);
    }
    return taken;
  }

  async #deliver(entries: readonly Entry[]): Promise<void> {
    let pauseMs = RETRY_MS;
    for (let left = entries; left.length > 0; left = left.filter(({ isSettled }) => !isSettled)) {
      try {
        for (const batch of batchesOf(left)) await this.#options.sink.append(batch);
        for (const entry of left) entry.confirm();
      } catch (error) {
        if (error instanceof RecordsRejectedError) {
          await this.#isolate(left, error);
        } else {
          this.#lastError = error;
          this.#options.logger.warn({ err: error, requests: left.length }, 'Kafka did not take events');
          await this.#pause(pauseMs, left);
          pauseMs = Math.min(MAX_RETRY_MS, pauseMs * 2);
        }
      }
    }
  }

  /** One rejected record fails all requests of its send: send each request alone. */
  async #isolate(entries: readonly Entry[], error: RecordsRejectedError): Promise<void> {
    const [only, ...others] = entries;
    if (only !== undefined && others.length === 0) only.fail(error);
    else for (const entry of entries) await this.#deliver([entry]);
  }

  async #pause(pauseMs: number, entries: readonly Entry[]): Promise<void> {
    try {
      await sleep(pauseMs, undefined, { signal: this.#stop.signal });
    } catch (error) {
      if (!this.#stop.signal.aborted) throw error;
      for (const entry of entries) entry.fail(new UnconfirmedError(this.#options.timeoutMs, error));
    }
  }
}

function* batchesOf(entries: readonly Entry[]): Generator<readonly OutgoingRecord[]> {
  let batch: OutgoingRecord[] = [];
  let bytes = 0;
  for (const record of entries.flatMap(({ records }) => records)) {
    const size = recordBytes(record);
    if (batch.length > 0 && bytes + size > MAX_BATCH_BYTES) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(record);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
