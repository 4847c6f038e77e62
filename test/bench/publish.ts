import { count } from '../../cli/table.ts';
import { randomBytes } from 'node:crypto';
import { Partitioners } from '../../platform/kafka/kafkajs.ts';
import { connectKafka, ensureTopics } from '../../platform/kafka/connect.ts';
import { createLogger } from '../../platform/logging.ts';
import { pooled } from '../../platform/random-pool.ts';
import { kafkaTransport } from '../../producers/kafka-transport.ts';
import { createPublisher } from '../../producers/publisher.ts';
import type { CallEventInput } from '../../schemas/call-event-input.ts';
import { FUTURE_LIMIT_MS, LATENESS_LIMIT_MS, NOTHING_DROPPED } from '../../schemas/event-rules.ts';
import { MAX_EVENT_BYTES, prepareEvent, type OutgoingRecord } from '../../schemas/prepared-event.ts';
import { topicNames } from '../../schemas/topics.ts';
import type { NamespaceSettings } from '../servers/namespace.ts';
import { callInput } from './calls.ts';
import type { Benchmark, Measure } from './benchmark.ts';
import { plan } from './plan.ts';

const PARTITIONS = 8;
/** The alternative sends as many at once as the SDK sends at most. */
const BATCH = 5_000;
const ALL_REPLICAS = -1;

const LIMITS = { ...NOTHING_DROPPED, futureMs: FUTURE_LIMIT_MS, latenessMs: LATENESS_LIMIT_MS };
const random = pooled(randomBytes);
const recordOf = (input: CallEventInput): OutgoingRecord =>
  prepareEvent(input, Date.now(), { random, limits: LIMITS, maxEventBytes: MAX_EVENT_BYTES }).record;

interface PublishSize {
  readonly calls: number;
  readonly rounds: number;
}

/** Publishing through the SDK, as an API server does, against kafkajs alone with records that are ready. */
export const publish = plan<PublishSize>(
  {
    full: { calls: 200_000, rounds: 3 },
    small: { calls: 50_000, rounds: 3 },
    tiny: { calls: 300, rounds: 2 },
  },
  async ({ open }, size) => [await publishBenchmark(open('bench_publish').settings, size)],
);

async function publishBenchmark(
  namespace: NamespaceSettings,
  { calls, rounds }: PublishSize,
): Promise<Benchmark> {
  const logger = createLogger('bench', 'fatal');
  const topics = topicNames(namespace.TOPIC_PREFIX);
  const kafka = connectKafka(namespace, 'bench', logger);
  await ensureTopics(kafka, topics, PARTITIONS);
  const pids = { 'this process': process.pid };

  async function publishWithSdk(measure: Measure): Promise<void> {
    const transport = kafkaTransport({ kafka: namespace, topics, clientId: 'bench', logger });
    const publisher = createPublisher({ transport, now: Date.now, random: randomBytes });
    await publisher.publish(callInput(0, Date.now()));
    const rejected: unknown[] = [];
    await measure(pids, async () => {
      for (let index = 0; index < calls; index += 1) {
        await publisher.ready();
        publisher.publish(callInput(index, Date.now())).catch((error: unknown) => rejected.push(error));
      }
      await publisher.flush();
    });
    await publisher.close();
    if (rejected.length > 0)
      throw new AggregateError(rejected.slice(0, 3), `${rejected.length} calls were rejected`);
  }

  /** The records that the SDK makes of these calls, made before the measurement. */
  async function publishBytes(measure: Measure): Promise<void> {
    const producer = kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    const records = Array.from({ length: calls }, (_, index) => recordOf(callInput(index, Date.now())));
    const send = (first: number, size: number) =>
      producer.send({
        topic: topics.calls,
        acks: ALL_REPLICAS,
        messages: records.slice(first, first + size),
      });
    await send(0, 1);
    await measure(pids, async () => {
      for (let first = 0; first < calls; first += BATCH) await send(first, BATCH);
    });
    await producer.disconnect();
  }

  return {
    name: 'publish',
    work: `${count(calls)} calls into ${PARTITIONS} partitions, acknowledged`,
    unit: 'call',
    count: calls,
    cpuPer: 1_000_000,
    rounds,
    ours: { name: 'SDK: checked, with ids, Avro', run: publishWithSdk },
    others: [{ name: 'kafkajs alone, the same bytes made before', run: publishBytes }],
    close: () => Promise.resolve(),
  };
}
