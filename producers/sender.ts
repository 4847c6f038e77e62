import { setTimeout as sleep } from 'node:timers/promises';
import { RecordRejectedError } from './errors.ts';
import type { SendBuffer, BufferedEvent } from './send-buffer.ts';
import { InvalidRecordsError, type Transport } from './transport.ts';

export interface SenderOptions {
  /** How long a batch lingers for more events. */
  readonly lingerMs: number;
  readonly maxBatchRecords: number;
  readonly maxBatchBytes: number;
  /** The pause after a failed attempt; it doubles up to maxRetryMs. */
  readonly retryMs: number;
  readonly maxRetryMs: number;
  /** Called after each failed attempt, for the log, with the attempt's number and the number of waiting events. */
  readonly onFailedAttempt: (error: unknown, attempt: number, records: number) => void;
  /** Called when a batch is settled, which frees its room. */
  readonly onSettled: () => void;
}

/**
 * Sends entries from the send buffer to the transport, one batch at a time, which keeps the order within an org. It
 * retries until success; only records that Kafka rejects fail, and each fails alone.
 */
export class Sender {
  readonly #sendBuffer: SendBuffer;
  readonly #transport: Transport;
  readonly #options: SenderOptions;
  readonly #stop = new AbortController();
  #sending = false;
  /** The entries of the batch in flight that are not settled. */
  #batch: readonly BufferedEvent[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(sendBuffer: SendBuffer, transport: Transport, options: SenderOptions) {
    this.#sendBuffer = sendBuffer;
    this.#transport = transport;
    this.#options = options;
  }

  /** Call it after every accepted entry. @param atOnce sends without lingering */
  wake(atOnce: boolean): void {
    if (this.#sending || this.#stop.signal.aborted || this.#sendBuffer.waitingRecords === 0) return;
    const { lingerMs, maxBatchRecords, maxBatchBytes } = this.#options;
    const full =
      this.#sendBuffer.waitingRecords >= maxBatchRecords || this.#sendBuffer.waitingBytes >= maxBatchBytes;
    if (!full && !atOnce && lingerMs > 0) {
      this.#timer ??= setTimeout(() => this.wake(true), lingerMs);
      return;
    }
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sending = true;
    void this.#drain();
  }

  /**
   * Makes no further attempts. The transport's close() ends the batch in flight, and its outcome is ignored.
   * @returns the entries that were not settled; they are settled now
   */
  stop(): BufferedEvent[] {
    clearTimeout(this.#timer);
    this.#stop.abort();
    const abandoned = [...this.#batch, ...this.#sendBuffer.take(Infinity, Infinity)];
    this.#sendBuffer.settle(abandoned);
    return abandoned;
  }

  /** Never rejects: failures go to the entries' reports. */
  async #drain(): Promise<void> {
    // First let the caller's synchronous publish() calls end, so that they make one batch.
    await Promise.resolve();
    const { maxBatchRecords, maxBatchBytes } = this.#options;
    while (this.#sendBuffer.waitingRecords > 0 && !this.#stop.signal.aborted) {
      this.#batch = this.#sendBuffer.take(maxBatchRecords, maxBatchBytes);
      await this.#deliver(this.#batch);
    }
    this.#sending = false;
  }

  async #deliver(entries: readonly BufferedEvent[]): Promise<void> {
    for (let attempt = 1; !this.#stop.signal.aborted; attempt += 1) {
      try {
        await this.#transport.send(entries);
        if (this.#stop.signal.aborted) return;
        this.#settle(entries, (entry) => entry.delivered());
        return;
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        if (error instanceof InvalidRecordsError) {
          await this.#isolate(entries, error);
          return;
        }
        this.#options.onFailedAttempt(error, attempt, this.#sendBuffer.records);
        await this.#pause(attempt);
      }
    }
  }

  /** One rejected record fails its whole batch: halve the batch until the record is alone, keeping the order. */
  async #isolate(entries: readonly BufferedEvent[], error: InvalidRecordsError): Promise<void> {
    if (entries.length <= 1) {
      this.#settle(entries, (entry) => entry.failed(new RecordRejectedError(error)));
      return;
    }
    const half = entries.length >> 1;
    await this.#deliver(entries.slice(0, half));
    await this.#deliver(entries.slice(half));
  }

  #settle(entries: readonly BufferedEvent[], report: (entry: BufferedEvent) => void): void {
    this.#batch = this.#batch.slice(entries.length);
    this.#sendBuffer.settle(entries);
    for (const entry of entries) report(entry);
    this.#options.onSettled();
  }

  async #pause(attempt: number): Promise<void> {
    const { retryMs, maxRetryMs } = this.#options;
    const pauseMs = Math.min(maxRetryMs, retryMs * 2 ** Math.min(attempt - 1, 20));
    try {
      await sleep(pauseMs, undefined, { signal: this.#stop.signal });
    } catch (error) {
      if (!this.#stop.signal.aborted) throw error;
    }
  }
}
