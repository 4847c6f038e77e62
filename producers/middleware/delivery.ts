import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import type { CallEventInput } from '../../schemas/call-event-fields.ts';
import type { Publisher } from '../publisher-contract.ts';
import type { LimitedLog } from './limited-log.ts';

export interface DeliveryOptions {
  readonly publisher: Publisher;
  /** How many events may wait in memory while the publisher's buffer is full. */
  readonly maxWaiting: number;
  readonly log: LimitedLog;
  readonly onLost: ((event: CallEventInput, error: Error) => void) | undefined;
  /** Called once for each event, when it is published or failed. */
  readonly onSettled: () => void;
}

interface WaitingEvent {
  readonly event: CallEventInput;
  readonly published: (() => void) | undefined;
  /** Why it waits. */
  readonly full: Error;
}

/** The codes of a publisher that takes the event later, when ready() resolves: its memory or its disk is full. */
const NO_ROOM: ReadonlySet<unknown> = new Set(['BUFFER_FULL', 'SPOOL_FULL']);
/** So many events are handed over when there is room again; then answers have their turn. */
const AT_ONCE = 64;
/** Where the publisher reports room and then has none. */
const PAUSE_MS = 50;

/**
 * Hands events to the publisher. While its buffer is full they wait in memory, within a limit, beyond which they are
 * lost. An event that waited may reach Kafka after a later one: figures do not depend on the order.
 */
export class Delivery {
  readonly #options: DeliveryOptions;
  /** Oldest first. */
  readonly #waiting: WaitingEvent[] = [];
  #draining = false;
  #mustPause = false;
  #closed = false;
  metered = 0;
  published = 0;
  pending = 0;
  failed = 0;

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /**
   * Neither throws nor waits.
   * @param event has an id, so that publishing it again counts once
   * @param published is called when the publisher has delivered it
   */
  deliver(event: CallEventInput, published?: () => void): void {
    this.metered += 1;
    const last = this.#waiting.at(-1);
    if (last) this.#wait({ event, published, full: last.full }, false);
    else void this.#publish(event, published);
  }

  /** Loses the events that wait, and from now on those that would. */
  close(): void {
    this.#closed = true;
    for (const { event, full } of this.#waiting.splice(0)) this.#fail(event, full);
  }

  /** It never rejects. */
  async #publish(event: CallEventInput, published: (() => void) | undefined): Promise<void> {
    this.pending += 1;
    try {
      await this.#options.publisher.publish(event);
    } catch (error) {
      this.pending -= 1;
      const reason = asError(error);
      if ('code' in reason && NO_ROOM.has(reason.code)) this.#wait({ event, published, full: reason }, true);
      else this.#fail(event, reason);
      return;
    }
    this.pending -= 1;
    this.published += 1;
    published?.();
    this.#options.onSettled();
  }

  #wait(entry: WaitingEvent, foundFull: boolean): void {
    if (this.#closed || this.#waiting.length >= this.#options.maxWaiting) {
      this.#fail(entry.event, entry.full);
      return;
    }
    this.#waiting.push(entry);
    if (this.#draining) this.#mustPause ||= foundFull;
    else void this.#drain();
  }

  /** Waits for room, as long as it takes, and hands over what waits. It never rejects. */
  async #drain(): Promise<void> {
    this.#draining = true;
    for (let handedOver = 1; this.#waiting.length > 0; handedOver += 1) {
      try {
        await this.#options.publisher.ready();
      } catch (error) {
        // The publisher is closed.
        for (const { event } of this.#waiting.splice(0)) this.#fail(event, asError(error));
        break;
      }
      const next = this.#waiting.shift();
      if (next) void this.#publish(next.event, next.published);
      // By the next turn an event that did not fit waits again.
      if (this.#waiting.length === 0 || handedOver % AT_ONCE === 0) await nextTurn();
      if (this.#mustPause) await delay(PAUSE_MS);
      this.#mustPause = false;
    }
    this.#draining = false;
  }

  #fail(event: CallEventInput, error: Error): void {
    this.failed += 1;
    const { log, onLost } = this.#options;
    const { org_id, event_id, endpoint } = event;
    log.error(
      'EVENT_LOST',
      { err: error, org_id, event_id, endpoint },
      'the publisher did not deliver the event of a call; onLost got it',
    );
    try {
      onLost?.(event, error);
    } catch (err) {
      log.error('ON_LOST_FAILED', { err, org_id, event_id }, 'onLost threw: the event of a call is lost');
    }
    this.#options.onSettled();
  }
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
