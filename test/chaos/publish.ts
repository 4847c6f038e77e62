import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KafkaConfig } from '../../platform/kafka/connect.ts';
import { createLogger } from '../../platform/logging.ts';
import { kafkaTransport } from '../../producers/kafka-transport.ts';
import { createPublisher } from '../../producers/publisher.ts';
import type { Topics } from '../../schemas/topics.ts';
import type { Ledger } from './ledger.ts';
import type { Call } from './traffic.ts';

const CALLS_AT_ONCE = 40;
const PAUSE_MS = 100;
/** How long a broker may take to recover from the last fault. */
const CLOSE_WITHIN_MS = 120_000;

/** The SDK with a ledger: each call enters the ledger first, and again when it is acknowledged. */
export class LedgerPublisher {
  readonly #publisher: ReturnType<typeof createPublisher>;
  readonly #ledger: Ledger;
  readonly #failures: unknown[] = [];

  constructor(kafka: KafkaConfig, topics: Topics, ledger: Ledger) {
    const logger = createLogger('chaos', 'silent');
    const transport = kafkaTransport({ kafka, topics, clientId: 'chaos', logger });
    this.#publisher = createPublisher({ transport, now: Date.now, random: randomBytes });
    this.#ledger = ledger;
  }

  publish(call: Call): void {
    this.#ledger.offered(call.event_id, call);
    this.#publisher.publish(call).then(
      (id) => this.#ledger.acknowledged(id, Date.now()),
      (error: unknown) => this.#failures.push(error),
    );
  }

  /** Resolves when the send buffer has room. */
  ready(): Promise<void> {
    return this.#publisher.ready();
  }

  /** Resolves when Kafka has everything up to now. */
  flush(): Promise<void> {
    return this.#publisher.flush();
  }

  /** Resolves when Kafka has everything. @throws where calls were rejected */
  async close(): Promise<void> {
    await this.#publisher.close(CLOSE_WITHIN_MS);
    const [...failures] = this.#failures;
    if (failures.length > 0)
      throw new AggregateError(failures.slice(0, 3), `${failures.length} calls were rejected`);
  }
}

/** Publishes until `over` aborts. */
export async function publishAll(
  publisher: LedgerPublisher,
  next: (now: number) => Call,
  over: AbortSignal,
): Promise<void> {
  while (!over.aborted) {
    for (let count = 0; count < CALLS_AT_ONCE; count += 1) publisher.publish(next(Date.now()));
    // One id with two payloads, as of a publisher that mints its ids wrongly.
    const call = next(Date.now());
    publisher.publish(call);
    publisher.publish({ ...call, credits: call.status === 200 ? call.credits + 1 : 0 });
    await sleep(PAUSE_MS);
    await publisher.ready();
  }
}
