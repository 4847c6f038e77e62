import type { Decider, Tick } from './decide/decider.ts';
import type { Deliverer } from './delivery/deliverer.ts';

/** What a process does while it has the work: it decides, then delivers. */
export class Worker {
  readonly decider: Decider;
  readonly deliverer: Deliverer;

  constructor(decider: Decider, deliverer: Deliverer) {
    this.decider = decider;
    this.deliverer = deliverer;
  }

  /**
   * A decision of this tick is delivered in it. Deliveries go on where deciding fails.
   * @throws the errors of both
   */
  async tick(): Promise<Tick> {
    const tick = await this.decider.tick();
    await this.deliverer.step(tick.settings);
    return tick;
  }

  stop(): Promise<void> {
    return this.deliverer.stop();
  }
}
