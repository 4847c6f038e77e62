import type { CallEventInput } from '../../schemas/call-event-input.ts';
import { prepareEvent } from '../../schemas/prepared-event.ts';
import { endsWithin } from '../../platform/deadline.ts';
import { BufferFullError, PublisherClosedError, UndeliveredError } from '../errors.ts';
import type { Publisher, PublisherCounters } from '../publisher-contract.ts';
import { RoomWaiters } from '../room-waiters.ts';
import { traced } from '../traced-event.ts';
import { Intake } from './intake.ts';
import { spoolError } from './opening.ts';
import { Outcomes } from './outcomes.ts';
import { spoolSettings, type SpoolSettings } from './settings.ts';
import { SpoolDelivery } from './spool-delivery.ts';
import { SpoolLog } from './spool-log.ts';
import type { SpooledPublisherOptions } from './spooled-publisher-options.ts';

/**
 * A publisher whose events wait for Kafka on the disk. An event passes through memory to the disk, in groups that share
 * an fsync (intake), and from the disk to Kafka through a window in memory (backlog, sender).
 */
export class SpooledPublisher implements Publisher {
  readonly #options: SpooledPublisherOptions;
  readonly #settings: SpoolSettings;
  readonly #log: SpoolLog;
  readonly #delivery: SpoolDelivery;
  readonly #intake: Intake;
  readonly #outcomes: Outcomes;
  #rejected = 0;
  readonly #roomWaiters = new RoomWaiters();
  #closing: Promise<void> | undefined;

  /** @throws InvalidSpoolOptionsError */
  constructor(options: SpooledPublisherOptions) {
    const { spool, maxEventBytes, maxBufferedRecords, maxBufferedBytes, logger } = options;
    this.#options = options;
    this.#settings = spoolSettings(spool, maxEventBytes);
    this.#log = new SpoolLog(this.#settings.directory, logger);
    this.#outcomes = new Outcomes(this.#settings.resolveWhen);
    this.#delivery = new SpoolDelivery(options, {
      settings: this.#settings,
      log: this.#log,
      outcomes: this.#outcomes,
      onRoom: () => this.#wakeReady(),
    });
    this.#intake = new Intake({
      settings: this.#settings,
      maxRecords: maxBufferedRecords,
      maxBytes: maxBufferedBytes,
      opening: this.#delivery.opening,
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
    return this.#delivery.opening.spool && this.#hasRoom() ? Promise.resolve() : this.#waitForRoom();
  }

  async #waitForRoom(): Promise<void> {
    await this.#delivery.opening.opened().catch((error: unknown) => {
      throw spoolError(this.#settings.directory, error);
    });
    if (this.#closing) throw new PublisherClosedError();
    if (this.#hasRoom()) return;
    await this.#roomWaiters.wait();
  }

  async flush(): Promise<void> {
    await this.#intake.drained();
    await this.#outcomes.settled.wait(this.#delivery.opening.spool?.next ?? 0);
  }

  close(deadlineMs: number = this.#options.closeDeadlineMs): Promise<void> {
    return (this.#closing ??= this.#close(deadlineMs));
  }

  async #close(deadlineMs: number): Promise<void> {
    this.#roomWaiters.reject(new PublisherClosedError());
    await endsWithin(this.flush(), deadlineMs);
    await this.#intake.stop(new UndeliveredError(this.#intake.records, deadlineMs));
    this.#delivery.stop();
    await this.#options.transport.close();
    const spool = await this.#delivery.opening.stop();
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
    const { backlog, setAside = 0 } = this.#delivery.opening.spool ?? {};
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
    const { spool } = this.#delivery.opening;
    if (!this.#hasRoomToAwait() || !this.#intake.hasRoomFor(maxEventBytes)) return false;
    return spool?.hasRoomFor(this.#intake.sizeBytes + maxEventBytes) ?? true;
  }

  #wakeReady(): void {
    this.#roomWaiters.wake(() => this.#hasRoom());
  }
}
