import type { Decider, Tick } from './decide/decider.ts';
import type { Events } from './events/events.ts';
import type { Deliverer } from './delivery/deliverer.ts';

/** What a process does while it has the work: it decides, delivers, and records what else is to be delivered. */
export class Worker {
  readonly decider: Decider;
  readonly deliverer: Deliverer;
  readonly #events: Events;

  constructor(decider: Decider, events: Events, deliverer: Deliverer) {
    this.decider = decider;
    this.#events = events;
    this.deliverer = deliverer;
  }

  /**
   * A decision of this tick is delivered in it, an event in the next one.
   * @throws the errors of both
   */
  async tick(): Promise<Tick> {
    const tick = await this.decider.tick().catch((error: unknown) => {
      // What is due already is delivered also while Kafka or a consumer is away.
      this.deliverer.pump();
      throw error;
    });
    this.#events.note(tick.changes);
    await this.deliverer.step(tick);
    await this.#events.step(tick.settings, performance.now());
    return tick;
  }

  get state(): { readonly open: number; readonly due: number; readonly queued: number } {
    const { openCount, watches } = this.decider;
    return { open: openCount, due: watches.dueCount, queued: this.deliverer.queued };
  }

  stop(): Promise<void> {
    return this.deliverer.stop();
  }
}
