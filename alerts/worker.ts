import { setTimeout as sleep } from 'node:timers/promises';
import { LogNotLandingError } from '../platform/landed-log.ts';
import { Beside } from './beside.ts';
import type { Decider, Tick } from './decide/decider.ts';
import type { Events } from './events/events.ts';
import type { Deliverer } from './delivery/deliverer.ts';

/** D: a record lands within 100 to 300 ms on a busy machine. */
const LANDED_POLL_MS = 50;

export interface WorkerParts {
  readonly decider: Decider;
  readonly events: Events;
  readonly deliverer: Deliverer;
  /** The topic alerts. */
  readonly topic: string;
  /** LOG_LANDED_TIMEOUT_MS */
  readonly landedWithinMs: number;
}

/**
 * What a process does while it has the work: it decides in ticks. Beside them it follows the topic alerts, delivers what
 * has landed of it, and records what else is to be delivered. So the next crossing is looked at while the alert of the
 * last one lands.
 */
export class Worker {
  readonly #parts: WorkerParts;
  readonly #following = new Beside();
  readonly #recording = new Beside();
  readonly #stopping = new AbortController();

  /** The last one, and the last one whose settings were delivered by. */
  #tick: Tick | undefined;
  #delivered: Tick | undefined;

  constructor(parts: WorkerParts) {
    this.#parts = parts;
  }

  get decider(): Decider {
    return this.#parts.decider;
  }

  get deliverer(): Deliverer {
    return this.#parts.deliverer;
  }

  /** @throws the errors of deciding, and those of what has gone on beside since the last tick */
  async tick(): Promise<Tick> {
    const { decider, deliverer, events } = this.#parts;
    const tick = await decider.tick().catch((error: unknown) => {
      // What is due already is delivered also while Kafka or a consumer is away.
      deliverer.pump();
      throw error;
    });
    this.#tick = tick;
    events.note(tick.changes);
    this.#following.start(() => this.#deliver());
    this.#recording.start(() => events.step(tick.settings, performance.now()));
    this.#following.check();
    this.#recording.check();
    return tick;
  }

  get state(): { readonly open: number; readonly due: number; readonly queued: number } {
    const { decider, deliverer } = this.#parts;
    return { open: decider.openCount, due: decider.watches.dueCount, queued: deliverer.queued };
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#parts.deliverer.stop();
    await Promise.all([this.#following.ended(), this.#recording.ended()]);
  }

  /** Follows the topic until what this process has appended has landed. */
  async #deliver(): Promise<void> {
    const { decider, deliverer, topic, landedWithinMs } = this.#parts;
    let progressAt = performance.now();
    while (!this.#stopping.signal.aborted) {
      const part = decider.isBehind ? await decider.follow() : undefined;
      const { alertsEnd, isBehind } = decider;
      const tick = this.#tick;
      if (tick !== undefined && (part !== undefined || tick !== this.#delivered)) {
        const { settings, erasedAt } = tick;
        await deliverer.step({ settings, erasedAt, alertsEnd, part });
        this.#delivered = tick;
      }
      if (!isBehind) return;
      const now = performance.now();
      if (part !== undefined) progressAt = now;
      else if (now - progressAt < landedWithinMs) await sleep(LANDED_POLL_MS);
      else throw new LogNotLandingError(topic, alertsEnd, landedWithinMs);
    }
  }
}
