import { setTimeout as sleep } from 'node:timers/promises';
import type { SettingsState } from '../../domain/settings/state.ts';
import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import type { Logger } from '../../platform/logging.ts';
import {
  readUnfinished,
  recordAttempts,
  type Attempt,
  type Unfinished,
} from '../../store/alerts/attempts.ts';
import { readAlertLog, readRecords, type LoggedRecord } from '../../store/alerts/log.ts';
import { advance, readPositions } from '../../store/alerts/progress.ts';
import { nextAttemptAt } from './backoff.ts';
import { deliveriesOf, destinationsOf, type Begun } from './begin.ts';
import type { DisableDestination } from './disable.ts';
import { messageOf } from './message.ts';
import { DeliveryQueue, MOST_QUEUED, PER_DESTINATION, type Queued } from './queue.ts';
import type { Ship } from './transport.ts';

export interface Delivering {
  readonly client: ClickHouseClient;
  readonly ship: Ship;
  readonly disable: DisableDestination;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly logger: Pick<Logger, 'warn'>;
  /** Adds what becomes of deliveries. */
  readonly counts: DeliveryCounts;
}

const RECORD_AGAIN_MS = 1_000;

/** What has become of deliveries since the process started. */
export interface DeliveryCounts {
  attempts: number;
  delivered: number;
  failed: number;
}

/**
 * Delivers what the topic alerts says. A delivery begins with a row in a table, before the position in the log moves
 * on, and ends with one: so a process that is killed at any point makes at most the attempts again whose rows are not
 * written, under the same id. Nothing is lost, and nothing waits behind a receiver that fails.
 */
export class Deliverer {
  readonly #delivering: Delivering;
  readonly #queue = new DeliveryQueue();
  readonly #running = new Set<Promise<void>>();
  #next: number | undefined;
  #settings: SettingsState | undefined;
  readonly #stopping = new AbortController();

  constructor(delivering: Delivering) {
    this.#delivering = delivering;
  }

  get queued(): number {
    return this.#queue.size;
  }

  /**
   * Begins the deliveries of what has landed of the log, and makes the attempts that are due.
   * @param settings the newest ones
   * @throws the errors of ClickHouse: the next step goes on
   */
  async step(settings: SettingsState): Promise<void> {
    this.#settings = settings;
    await this.#begin(settings);
    if (this.#queue.isCut && this.#queue.mayTake) await this.#reload();
    this.pump();
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

  async #begin(settings: SettingsState): Promise<void> {
    const { client, now } = this.#delivering;
    this.#next ??= (await readPositions(client)).deliveries ?? 0;
    for (;;) {
      const { records, next, isCut } = await readAlertLog(client, this.#next);
      if (next === this.#next) return;
      const begun: Begun[] = [];
      for (const record of records) begun.push(...(await deliveriesOf(client, settings, record, now())));
      await recordAttempts(
        client,
        begun.map(({ attempt }) => attempt),
      );
      await advance(client, 'deliveries', next);
      this.#next = next;
      this.#queue.add(begun.map(({ attempt, message }) => Object.assign(unfinishedOf(attempt), { message })));
      this.pump();
      if (!isCut) return;
    }
  }

  /** Reads the unfinished deliveries again that had no room, or that an earlier process has left. */
  async #reload(): Promise<void> {
    const { client } = this.#delivering;
    await this.#queue.refill(async () => {
      const rows = await readUnfinished(client, PER_DESTINATION, MOST_QUEUED);
      this.#queue.isCut = rows.length === MOST_QUEUED;
      const found: Queued[] = [];
      for (const [orgId, own] of Map.groupBy(rows, ({ org_id }) => org_id)) {
        const offsets = new Set(own.map(({ kafka_offset }) => kafka_offset));
        const records = await readRecords(client, orgId, [...offsets]);
        found.push(...own.flatMap((row) => queued(row, records)));
      }
      return found;
    });
  }

  /** Makes one attempt and records it. Never rejects. */
  async #attempt(delivery: Queued): Promise<void> {
    const { now } = this.#delivering;
    const startedAt = now();
    const started = performance.now();
    const result = await this.#ship(delivery);
    // Cut off by the stop: the next process makes it again.
    if (this.#stopping.signal.aborted && !result.isDelivered) return;
    const duration = Math.round(performance.now() - started);
    const attempts = delivery.attempts + 1;
    const firstAt = delivery.first_at === 0 ? startedAt : delivery.first_at;
    const isOver = result.isGone || result.isDelivered;
    const nextAt = isOver ? undefined : nextAttemptAt(attempts, firstAt, now(), this.#delivering.random());
    const outcome = result.isDelivered ? 'delivered' : nextAt === undefined ? 'failed' : 'retried';
    this.#delivering.counts.attempts += 1;
    await this.#record({
      ...identityOf(delivery),
      attempt: attempts,
      attempted_at: startedAt,
      duration_ms: duration,
      outcome,
      status: result.status,
      error: result.error,
      next_at: nextAt ?? startedAt,
    });
    if (nextAt !== undefined) {
      this.#queue.retry({ ...delivery, attempts, first_at: firstAt, next_at: nextAt });
      return;
    }
    this.#delivering.counts[result.isDelivered ? 'delivered' : 'failed'] += 1;
    this.#queue.done(delivery, result.isDelivered);
    if (!result.isDelivered && !('isObsolete' in result)) {
      await this.#delivering.disable(delivery, { firstAt, error: result.error, isGone: result.isGone });
    }
  }

  async #ship(delivery: Queued) {
    const { org_id: orgId, destination_id, delivery_id: deliveryId, message } = delivery;
    const { now, ship } = this.#delivering;
    const destination =
      this.#settings &&
      destinationsOf(this.#settings, orgId, now()).find((each) => each.destination_id === destination_id);
    if (destination === undefined) return obsolete('the destination was removed');
    if (!destination.is_enabled && message.event !== 'test') return obsolete('the destination is disabled');
    return ship({ orgId, destination, deliveryId, message, signal: this.#stopping.signal });
  }

  /** Until it is written: what was attempted must be known to the next process. */
  async #record(attempt: Attempt): Promise<void> {
    const { client, logger } = this.#delivering;
    for (;;) {
      try {
        await recordAttempts(client, [attempt]);
        return;
      } catch (error) {
        if (this.#stopping.signal.aborted) return;
        logger.warn({ err: error }, 'attempt not recorded, trying again');
        await sleep(RECORD_AGAIN_MS);
      }
    }
  }
}

/** It ends without an attempt, and says nothing about the receiver. */
const obsolete = (error: string) => ({
  isDelivered: false,
  status: 0,
  error,
  isGone: true,
  isObsolete: true,
});

/** What a delivery is, whatever becomes of it. */
const identityOf = (each: Unfinished | Attempt) => ({
  org_id: each.org_id,
  destination_id: each.destination_id,
  kafka_offset: each.kafka_offset,
  round: each.round,
  delivery_id: each.delivery_id,
  event: each.event,
  alert_id: each.alert_id,
  created_at: each.created_at,
  next_at: each.next_at,
});

const unfinishedOf = (attempt: Attempt): Unfinished => ({
  ...identityOf(attempt),
  attempts: attempt.attempt,
  first_at: 0,
});

function queued(row: Unfinished, records: readonly LoggedRecord[]): Queued[] {
  const record = records.find(({ offset }) => offset === row.kafka_offset);
  const message = record && messageOf(record);
  return message ? [{ ...row, message }] : [];
}
