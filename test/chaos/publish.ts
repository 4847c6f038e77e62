import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectKafka, type KafkaConfig } from '../../platform/kafka/connect.ts';
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

/** Publishes until `over` aborts, then waits until Kafka has everything. Each call enters the ledger first. */
export async function publishAll(
  kafka: KafkaConfig,
  topics: Topics,
  next: (now: number) => Call,
  ledger: Ledger,
  over: AbortSignal,
): Promise<void> {
  const logger = createLogger('chaos', 'silent');
  const transport = kafkaTransport({ kafka, topics, clientId: 'chaos', logger });
  const publisher = createPublisher({ transport, now: Date.now, random: randomBytes });
  const failures: unknown[] = [];
  while (!over.aborted) {
    for (let count = 0; count < CALLS_AT_ONCE; count += 1) {
      const call = next(Date.now());
      ledger.offered(call.event_id, call);
      publisher.publish(call).then(
        (id) => ledger.acknowledged(id, Date.now()),
        (error: unknown) => failures.push(error),
      );
    }
    await sleep(PAUSE_MS);
    await publisher.ready();
  }
  await publisher.close(CLOSE_WITHIN_MS);
  if (failures.length > 0)
    throw new AggregateError(failures.slice(0, 3), `${failures.length} calls were rejected`);
}

/** Publishes records that are not events. @returns how many */
export async function publishBroken(kafka: KafkaConfig, topics: Topics): Promise<number> {
  const header = Buffer.from([0xc3, 0x01]);
  const messages = ['', 'no event', '{"credits": 1}', header].map((value) => ({ key: 'chaos', value }));
  const producer = connectKafka(kafka, 'chaos', createLogger('chaos', 'silent')).producer();
  await producer.connect();
  await producer.send({ topic: topics.calls, messages });
  await producer.disconnect();
  return messages.length;
}
