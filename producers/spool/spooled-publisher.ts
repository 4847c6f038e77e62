import type { CallEventInput } from '../../schemas/call-event-input.ts';
import type { EventLimits } from '../../schemas/event-validation.ts';
import { prepareEvent } from '../../schemas/prepared-event.ts';
import { endsWithin } from '../../platform/deadline.ts';
import { BufferFullError, PublisherClosedError, UndeliveredError } from '../errors.ts';
import type { Publisher, PublisherCounters, PublisherLimits } from '../publisher-contract.ts';
import { Sender } from '../sender.ts';
import { traced } from '../traced-event.ts';
import type { PublisherTracer } from '../tracer.ts';
import type { Transport } from '../transport.ts';
import { createFile, type CreateFile } from './append-file.ts';
import { Intake } from './intake.ts';
import { Opening, spoolError } from './opening.ts';
import { Outcomes } from './outcomes.ts';
import { spoolSettings, type SpoolSettings } from './settings.ts';
import { openSpool, type Spool } from './spool.ts';
import { SpoolLog, type SpoolLogger } from './spool-log.ts';
import type { SpoolOptions } from './spool-options.ts';

export interface SpooledPublisherOptions extends Required<PublisherLimits> {
  readonly spool: SpoolOptions;
  readonly limits: EventLimits;
  readonly transport: Transport;
  readonly now: () => number;
  readonly random: (bytes: number) => Uint8Array;
  readonly retryMs: number;
  readonly maxRetryMs: number;
  readonly closeDeadlineMs: number;
  readonly logger?: SpoolLogger | undefined;
  readonly tracer?: PublisherTracer | undefined;
  /** Tests let files fail. */
  readonly createFile?: CreateFile | undefined;
}

/**
 * A publisher whose events wait for Kafka on the disk. An event passes through memory to the disk, in groups that share
 * an fsync (intake), and from the disk to Kafka through a window in memory (backlog, sender).
 */
export class SpooledPublisher implements Publisher {
  readonly #options: SpooledPublisherOptions;
  readonly #settings: SpoolSettings;
  readonly #log: SpoolLog;
  readonly #opening: Opening;
  readonly #intake: Intake;
  readonly #outcomes: Outcomes;
  #sender: Sender | undefined;
  #rejected = 0;
  #roomWaiters: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];
  #closing: Promise<void> | undefined;

  /** @throws InvalidSpoolOptionsError */
  constructor(options: SpooledPublisherOptions) {
    const { spool, maxEventBytes, maxBufferedRecords, maxBufferedBytes, logger } = options;
    this.#options = options;
    this.#settings = spoolSettings(spool, maxEventBytes);
    this.#log = new SpoolLog(this.#settings.directory, logger);
    this.#outcomes = new Outcomes(this.#settings.resolveWhen);
    this.#opening = new Opening(() => this.#open());
    this.#intake = new Intake({
      settings: this.#settings,
      maxRecords: maxBufferedRecords,
      maxBytes: maxBufferedBytes,
      opening: this.#opening,
      onDurable: (event, number) => this.#outcomes.spooled(event, number),
      onGroup: (events, error) => this.#onGroup(events.length, error),
    });
  }

  get resolvesWhenSpooled(): boolean {
    return this.#settings.resolveWhen === 'spooled';
  }

  publish(input: CallEventInput): Promise<string> {
    try {
      return this.#accept(input);
    } catch (error) {
      this.#rejected += 1;
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #accept(input: CallEventInput): Promise<string> {
    if (this.#closing) throw new PublisherClosedError();
    const { now, random, limits, maxEventBytes, tracer } = this.#options;
    const { eventId, record } = prepareEvent(input, now(), { random, limits, maxEventBytes });
    return new Promise((resolve, reject) => {
      const { key, value } = record;
      const event = { key, value, delivered: () => resolve(eventId), failed: reject };
      const hasSpan = tracer && this.#intake.hasRoomFor(record.sizeBytes);
      if (this.#hasRoomToAwait() && this.#intake.offer(hasSpan ? traced(event, tracer) : event)) return;
      this.#rejected += 1;
      reject(new BufferFullError(this.#pending(), this.#intake.sizeBytes));
    });
  }

  ready(): Promise<void> {
    if (this.#closing) return Promise.reject(new PublisherClosedError());
    return this.#opening.spool && this.#hasRoom() ? Promise.resolve() : this.#waitForRoom();
  }

  async #waitForRoom(): Promise<void> {
    await this.#opening.opened().catch((error: unknown) => {
      throw spoolError(this.#settings.directory, error);
    });
    if (this.#closing) throw new PublisherClosedError();
    if (this.#hasRoom()) return;
    await new Promise<void>((resolve, reject) => this.#roomWaiters.push({ resolve, reject }));
  }

  async flush(): Promise<void> {
    await this.#intake.drained();
    await this.#outcomes.settled.wait(this.#opening.spool?.next ?? 0);
  }

  close(deadlineMs: number = this.#options.closeDeadlineMs): Promise<void> {
    return (this.#closing ??= this.#close(deadlineMs));
  }

  async #close(deadlineMs: number): Promise<void> {
    for (const waiter of this.#roomWaiters.splice(0)) waiter.reject(new PublisherClosedError());
    await endsWithin(this.flush(), deadlineMs);
    await this.#intake.stop(new UndeliveredError(this.#intake.records, deadlineMs));
    this.#sender?.stop();
    await this.#options.transport.close();
    const spool = await this.#opening.stop();
    if (!spool) return;
    const left = spool.backlog.events;
    await spool.close();
    this.#outcomes.settled.reach(spool.next);
    if (left === 0) return;
    const undelivered = new UndeliveredError(left, deadlineMs, this.#settings.directory);
    this.#outcomes.abandon(undelivered);
    throw undelivered;
  }

  counters(): PublisherCounters {
    const { records, sizeBytes } = this.#intake;
    const { backlog, setAside = 0 } = this.#opening.spool ?? {};
    const events = backlog?.events ?? 0;
    const { accepted, published, failed } = this.#outcomes;
    return {
      accepted,
      published,
      failed,
      rejected: this.#rejected,
      buffered: events,
      buffered_bytes: sizeBytes + (backlog?.window.sizeBytes ?? 0),
      spool: { events, bytes: backlog?.sizeBytes ?? 0, waiting: records, set_aside: setAside },
    };
  }

  async #open(): Promise<Spool> {
    const { random, tracer, createFile: create = createFile } = this.#options;
    try {
      const spool = await openSpool({
        settings: this.#settings,
        lockId: Buffer.from(random(4)).toString('hex'),
        createFile: create,
        isTraced: tracer !== undefined,
        onDelivered: (number) => this.#outcomes.delivered(number),
        onRejected: (number, error) => {
          this.#log.rejected(error, number);
          this.#outcomes.rejected(number, error);
        },
        onUnreadable: (unreadable) => this.#outcomes.unreadable(unreadable),
        onIdle: (next) => this.#outcomes.settled.reach(next),
        onLoaded: () => this.#sender?.wake(false),
        onRoom: () => this.#wakeReady(),
        onSetAside: (file, reason) => this.#log.setAside(file, reason),
        onFileError: (error, segment) => this.#log.fileError(error, segment),
      });
      this.#start(spool);
      return spool;
    } catch (error) {
      this.#log.notWritten(spoolError(this.#settings.directory, error));
      throw error;
    }
  }

  #start({ backlog, next }: Spool): void {
    const { transport, logger } = this.#options;
    this.#sender = new Sender(backlog.window, transport, {
      ...this.#options,
      onFailedAttempt: (err, attempt) =>
        logger?.warn(
          { err, attempt, spooled: backlog.events },
          'Kafka did not take a batch of events; retrying',
        ),
      onSettled: () => {
        backlog.load();
        this.#wakeReady();
      },
    });
    this.#outcomes.accepted += backlog.events;
    if (backlog.events === 0) this.#outcomes.settled.reach(next);
    this.#log.recovered(backlog.events);
    backlog.load();
  }

  #onGroup(count: number, error: Error | undefined): void {
    if (error) {
      this.#rejected += count;
      this.#log.notWritten(error);
    } else {
      this.#log.written();
    }
    this.#wakeReady();
  }

  /** Events of which publish() has not returned the outcome. */
  #pending(): number {
    return this.#intake.records + this.#outcomes.awaiting;
  }

  #hasRoomToAwait(): boolean {
    return this.#pending() < this.#options.maxBufferedRecords;
  }

  #hasRoom(): boolean {
    const { maxEventBytes } = this.#options;
    const { spool } = this.#opening;
    if (!this.#hasRoomToAwait() || !this.#intake.hasRoomFor(maxEventBytes)) return false;
    return spool?.hasRoomFor(this.#intake.sizeBytes + maxEventBytes) ?? true;
  }

  #wakeReady(): void {
    if (this.#roomWaiters.length === 0 || !this.#hasRoom()) return;
    for (const waiter of this.#roomWaiters.splice(0)) waiter.resolve();
  }
}
