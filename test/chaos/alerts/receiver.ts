import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Type } from 'typebox';
import { Value } from 'typebox/value';

const Body = Type.Object({ type: Type.String(), data: Type.Object({ org_id: Type.String() }) });

/**
 * What it does with the first attempts of a delivery, in turn. error: 500. cut: it closes the connection. slow: 204
 * after three seconds. hang: no answer, until the sender gives up. late: 204 after the sender has given up.
 */
const FAILURES = ['error', 'cut', 'none', 'slow', 'none', 'error', 'hang', 'none', 'cut', 'late'] as const;
type Failure = (typeof FAILURES)[number];
/** The second attempt of every third delivery fails too. */
const FAILS_TWICE_EVERY = 3;
const SLOW_MS = 3_000;
/** Longer than the sender waits (alerts/main.ts: 15 s). */
const LATE_MS = 16_000;

/** A delivery, by its webhook-id. */
export interface Delivery {
  readonly type: string;
  readonly org: string;
  /** Of the first attempt; each attempt must have the same bytes. */
  readonly body: string;
  attempts: number;
  /** How often it was answered with 204. */
  accepted: number;
  isChanged: boolean;
}

/** A receiver of webhooks that fails: the first attempt of most deliveries, and the second of some. */
export class FailingReceiver {
  readonly deliveries = new Map<string, Delivery>();
  readonly failures: Record<Failure, number> = { error: 0, cut: 0, none: 0, slow: 0, hang: 0, late: 0 };
  readonly #server: Server;
  readonly #unanswered = new Set<IncomingMessage>();
  #isWell = false;

  private constructor() {
    this.#server = createServer((request, response) => {
      this.#receive(request, response).catch(() => response.destroy());
    });
  }

  static async open(): Promise<FailingReceiver> {
    const receiver = new FailingReceiver();
    receiver.#server.listen(0, '127.0.0.1');
    await once(receiver.#server, 'listening');
    return receiver;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the receiver does not listen');
    return `http://127.0.0.1:${address.port}/hook`;
  }

  /** How many attempts wait for an answer that comes too late or never. */
  get waiting(): number {
    return this.#unanswered.size;
  }

  /** From now on every attempt is accepted. */
  recover(): void {
    this.#isWell = true;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await once(this.#server.close(), 'close');
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = (await request.toArray()).join('');
    const id = String(request.headers['webhook-id']);
    const { type, data } = Value.Parse(Body, JSON.parse(body));
    const delivery = this.deliveries.get(id) ?? {
      type,
      org: data.org_id,
      body,
      attempts: 0,
      accepted: 0,
      isChanged: false,
    };
    const index = this.deliveries.has(id) ? delivery.attempts : this.deliveries.size;
    this.deliveries.set(id, delivery);
    delivery.attempts += 1;
    delivery.isChanged ||= delivery.body !== body;
    const failure = this.#failureOf(delivery.attempts, index);
    this.failures[failure] += 1;
    if (failure === 'hang' || failure === 'late') {
      this.#unanswered.add(request);
      response.once('close', () => this.#unanswered.delete(request));
    }
    if (failure === 'hang') return;
    if (failure === 'cut') return void request.socket.destroy();
    if (failure === 'slow') await sleep(SLOW_MS);
    if (failure === 'late') await sleep(LATE_MS);
    response.on('finish', () => (delivery.accepted += failure === 'error' ? 0 : 1));
    response.writeHead(failure === 'error' ? 500 : 204).end();
  }

  #failureOf(attempt: number, index: number): Failure {
    if (this.#isWell) return 'none';
    if (attempt === 1) return FAILURES[index % FAILURES.length] ?? 'none';
    return attempt === 2 && index % FAILS_TWICE_EVERY === 0 ? 'error' : 'none';
  }
}
