import type { Destination } from '../../domain/alerts/destinations.ts';
import type { SettingsState } from '../../domain/settings/state.ts';
import type { Logger } from '../../platform/logging.ts';
import type { LogPart } from '../../store/alerts/log.ts';
import { afterAttempt, firstAttemptAt, unfinishedOf } from './attempt.ts';
import { AttemptRecorder } from './attempt-recorder.ts';
import { destinationsOf } from './begin.ts';
import type { DisableDestination } from './disable.ts';
import { LogDeliveries, type LogFollowing } from './log-deliveries.ts';
import type { AttemptResult } from './post.ts';
import { DeliveryQueue, type Queued } from './queue.ts';
import type { Ship } from './transport.ts';
import { readQueued } from './unfinished.ts';

export interface Delivering extends LogFollowing {
  readonly ship: Ship;
  readonly disable: DisableDestination;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly logger: Pick<Logger, 'warn'>;
  /** Adds what becomes of deliveries. */
  readonly counts: DeliveryCounts;
}

/** What has become of deliveries since the process started. */
export interface DeliveryCounts {
  attempts: number;
  delivered: number;
  failed: number;
}

/** What a tick has found. */
export interface Found {
  /** The newest settings. */
  readonly settings: SettingsState;
  /** The offset up to which the topic alerts has landed. */
  readonly alertsEnd: number;
  /** When alerts got pseudonyms last: what waits may name someone. */
  readonly erasedAt: number;
  /** The last part of it, where that was read just now. */
  readonly part?: LogPart | undefined;
}

/**
 * Delivers what the topic alerts says. Each attempt is recorded after it: so a process that is killed at any point makes
 * at most the attempts again whose rows are not written, under the same id. Nothing is lost, and nothing waits behind a
 * receiver that fails.
 */
export class Deliverer {
  readonly #delivering: Delivering;
  readonly #log: LogDeliveries;
  readonly #recorder: AttemptRecorder;
  readonly #queue = new DeliveryQueue();
  readonly #running = new Set<Promise<void>>();
  #settings: SettingsState | undefined;
  #erasedAt: number | undefined;
  readonly #stopping = new AbortController();

  constructor(delivering: Delivering) {
    this.#delivering = delivering;
    this.#log = new LogDeliveries(delivering);
    const { client, logger } = delivering;
    this.#recorder = new AttemptRecorder({ client, logger, stopping: this.#stopping.signal });
  }

  get queued(): number {
    return this.#queue.size;
  }

  /**
   * Begins the deliveries of what has landed of the log, and makes the attempts that are due.
   * @throws the errors of ClickHouse: the next step goes on
   */
  async step({ settings, alertsEnd, erasedAt, part: read }: Found): Promise<void> {
    this.#use(settings);
    if (this.#erasedAt !== erasedAt) this.#queue.forget();
    this.#erasedAt = erasedAt;
    for (;;) {
      const part = await this.#log.next(alertsEnd, read);
      if (part === undefined) break;
      this.#use(part.settings);
      // Otherwise they are read below, less those that an earlier process has made: it may have been killed before it
      // recorded its position.
      if (!this.#queue.wantsMore) {
        this.#queue.add(part.begun.map(({ attempt, message }) => unfinishedOf(attempt, message)));
        this.pump();
      }
    }
    if (this.#queue.wantsMore) await this.#queue.refill(() => readQueued(this.#delivering.client));
    this.pump();
    await this.#log.recordPosition();
  }

  /** Settings that were read earlier may come later. */
  #use(settings: SettingsState): void {
    if (settings.nextOffset >= (this.#settings?.nextOffset ?? 0)) this.#settings = settings;
  }

  /** Makes the attempts that are due. */
  pump(): void {
    if (this.#stopping.signal.aborted) return;
    for (const delivery of this.#queue.takeDue(this.#delivering.now())) {
      const running = this.#attempt(delivery);
      this.#running.add(running);
      void running.finally(() => this.#running.delete(running));
    }
  }

  /** Cuts off the running attempts, and resolves when those that were delivered are recorded. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  /** Makes one attempt and records it. Never rejects. */
  async #attempt(delivery: Queued): Promise<void> {
    const { now, random, counts, disable } = this.#delivering;
    const startedAt = now();
    const started = performance.now();
    const target = this.#targetOf(delivery);
    const result = typeof target === 'string' ? cannotBe(target) : await this.#ship(delivery, target);
    // Cut off by the stop: the next process makes it again.
    if (this.#stopping.signal.aborted && !result.isDelivered) return;
    const durationMs = Math.round(performance.now() - started);
    const made = { startedAt, endedAt: now(), durationMs, result, random: random() };
    const { row, next } = afterAttempt(delivery, made);
    counts.attempts += 1;
    await this.#recorder.record(row);
    if (next !== undefined) return this.#queue.retry(next);
    counts[result.isDelivered ? 'delivered' : 'failed'] += 1;
    this.#queue.done(delivery, result.isDelivered);
    // What was not attempted says nothing about the receiver.
    if (result.isDelivered || typeof target === 'string') return;
    const firstAt = firstAttemptAt(delivery, startedAt);
    await disable(delivery, { firstAt, error: result.error, isGone: result.isGone });
  }

  #ship(
    { org_id: orgId, delivery_id: deliveryId, message }: Queued,
    destination: Destination,
  ): Promise<AttemptResult> {
    const { signal } = this.#stopping;
    return this.#delivering.ship({ orgId, destination, deliveryId, message, signal });
  }

  /** Where it goes to, or why no attempt is made any more. */
  #targetOf({ org_id, destination_id, message }: Queued): Destination | string {
    const all = this.#settings ? destinationsOf(this.#settings, org_id) : [];
    const found = all.find((each) => each.destination_id === destination_id);
    if (found === undefined) return 'the destination was removed';
    return found.is_enabled || message.event === 'test' ? found : 'the destination is disabled';
  }
}

/** Its delivery ends without an attempt. */
const cannotBe = (error: string): AttemptResult => ({ isDelivered: false, status: 0, error, isGone: true });
