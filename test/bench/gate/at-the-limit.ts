import { setTimeout as sleep } from 'node:timers/promises';
import type { Measure, NamedFigure } from '../benchmark.ts';
import type { OpenServer, RushingServer } from './rushing-servers.ts';
import { SAMPLE_TOTAL, type GateServers } from './servers.ts';

/** Above 100, calls were admitted that the limit should have rejected. */
export const USED = 'used when all calls are rejected';
/** From one call of a server to its next, where the decision does not take longer. */
export const RUSHED_EVERY_MS = 20;
/** A server stops after so many rejections one after the other: by then its clients have given up. */
const REJECTED_IN_A_ROW = 5;
const ENDS_WITHIN_MS = 120_000;

let runs = 0;

/** Several API servers make calls of an organisation until all of them reject: how much is used then. */
export const atTheLimit =
  (
    { publisher }: Pick<GateServers, 'publisher'>,
    { servers: number, credits }: { readonly servers: number; readonly credits: number },
    open: OpenServer,
  ) =>
  async (measure: Measure): Promise<void> => {
    // Of its own, whose limit nothing has used.
    runs += 1;
    const orgId = `rushed-${runs}`;
    const servers: RushingServer[] = [];
    for (let server = 0; server < number; server += 1) servers.push(await open(orgId));
    try {
      await measure({}, async () => {
        const rush = new Rush(orgId, credits, publisher);
        await Promise.all(servers.map((server) => rush.serve(server)));
        await rush.published();
        const used: NamedFigure = {
          name: USED,
          unit: '% of the limit',
          value: (100 * rush.admitted) / SAMPLE_TOTAL,
          better: 'less',
        };
        return { latenciesMs: rush.latenciesMs, count: rush.admitted, figures: [used] };
      });
    } finally {
      await Promise.all(servers.map((server) => server.close()));
    }
  };

class Rush {
  readonly latenciesMs: number[] = [];
  admitted = 0;
  readonly #orgId: string;
  readonly #credits: number;
  readonly #publisher: GateServers['publisher'];
  readonly #publishing: Promise<void>[] = [];
  readonly #deadline = performance.now() + ENDS_WITHIN_MS;

  constructor(orgId: string, credits: number, publisher: GateServers['publisher']) {
    this.#orgId = orgId;
    this.#credits = credits;
    this.#publisher = publisher;
  }

  /** Makes calls of one server until it rejects them; each admitted one is published. */
  async serve({ decide }: RushingServer): Promise<void> {
    for (let rejected = 0; rejected < REJECTED_IN_A_ROW;) {
      if (performance.now() > this.#deadline) throw new Error(`${this.#orgId}: no call was rejected in time`);
      const startedAt = performance.now();
      const onPublished = await decide(this.#credits);
      this.latenciesMs.push(performance.now() - startedAt);
      rejected = onPublished === undefined ? rejected + 1 : 0;
      if (onPublished !== undefined) {
        this.admitted += this.#credits;
        this.#publishing.push(this.#publish().then(onPublished));
      }
      await sleep(Math.max(0, startedAt + RUSHED_EVERY_MS - performance.now()));
    }
  }

  /** Resolves when Kafka has every event. */
  async published(): Promise<void> {
    await Promise.all(this.#publishing);
  }

  async #publish(): Promise<void> {
    await this.#publisher.publish({
      org_id: this.#orgId,
      product: 'crm',
      user_id: 'ann',
      app_id: 'sync',
      method: 'GET',
      endpoint: '/leads',
      status: 200,
      credits: this.#credits,
    });
  }
}
