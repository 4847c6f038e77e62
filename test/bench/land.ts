import { count } from '../../cli/table.ts';
import { Type } from 'typebox';
import { Partitioners } from '../../platform/kafka/kafkajs.ts';
import { connectClickHouse, select } from '../../platform/clickhouse/connect.ts';
import { until } from '../../deploy/local/until.ts';
import { connectKafka, ensureTopics } from '../../platform/kafka/connect.ts';
import { createLogger } from '../../platform/logging.ts';
import { migrate } from '../../platform/clickhouse/migrate.ts';
import { encodeCallEvent } from '../../schemas/call-event.ts';
import { topicNames } from '../../schemas/topics.ts';
import { startConsumer } from '../consumers/consumer-process.ts';
import type { NamespaceSettings } from '../servers/namespace.ts';
import { callEvent } from './calls.ts';
import type { Benchmark, Measure } from './benchmark.ts';
import { plan } from './plan.ts';

const PARTITIONS = 8;
const BATCH = 5_000;
const ASSIGNED_WITHIN_MS = 60_000;
const LANDED_WITHIN_MS = 300_000;
const Landed = Type.Object({ calls: Type.Integer(), credits: Type.Integer() });

interface LandSize {
  readonly calls: number;
  readonly rounds: number;
}

/** Landing what is already in Kafka: the consumer against the straightforward way to write one. */
export const land = plan<LandSize>(
  {
    full: { calls: 2_000_000, rounds: 3 },
    small: { calls: 200_000, rounds: 3 },
    tiny: { calls: 2_000, rounds: 1 },
  },
  async ({ open, clickhousePid }, size) => [
    await landBenchmark(open('bench_land').settings, clickhousePid, size),
  ],
);

async function landBenchmark(
  namespace: NamespaceSettings,
  clickhousePid: number,
  { calls, rounds }: LandSize,
): Promise<Benchmark> {
  const topics = topicNames(namespace.TOPIC_PREFIX);
  const kafka = connectKafka(namespace, 'bench', createLogger('bench', 'fatal'));
  await Promise.all([ensureTopics(kafka, topics, PARTITIONS), migrate(namespace)]);
  const client = connectClickHouse(namespace, 'bench');
  const published = await publish();
  let runs = 0;

  /** Publishes the calls. @returns what must land */
  async function publish(): Promise<{ calls: number; credits: number; bytes: number }> {
    const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    const occurredAt = Date.now();
    const sums = { calls, credits: 0, bytes: 0 };
    for (let first = 0; first < calls; first += BATCH) {
      const messages = Array.from({ length: Math.min(BATCH, calls - first) }, (_, step) => {
        const event = callEvent(first + step, occurredAt + Math.floor((first + step) / 1_000));
        const value = encodeCallEvent(event);
        sums.credits += event.credits;
        sums.bytes += value.length;
        return { key: event.org_id, value };
      });
      await producer.send({ topic: topics.calls, messages });
    }
    await producer.disconnect();
    return sums;
  }

  /** Runs a program on empty tables with a new group, and measures from its assignment until everything can be queried. */
  const landingBy = (program: string) => async (measure: Measure) => {
    for (const table of ['call_events', 'event_payloads', 'landed_ranges']) {
      await client.command({ query: `TRUNCATE TABLE ${table}` });
    }
    runs += 1;
    const consumer = startConsumer({ ...namespace, CONSUMER_GROUP: `bench-${runs}` }, program);
    try {
      await orFail(
        until(() => isAssigned(consumer.log()), ASSIGNED_WITHIN_MS),
        `${program} got no partitions`,
      );
      await measure({ 'landing process': consumer.pid, ClickHouse: clickhousePid }, async () => {
        const isLanded = async () => (await landed('')).calls >= calls;
        await orFail(until(isLanded, LANDED_WITHIN_MS), `${program} did not land ${calls} calls`);
      });
      const { calls: distinct, credits } = await landed('FINAL');
      if (distinct !== published.calls || credits !== published.credits) {
        throw new Error(
          `${program} landed ${distinct} calls, ${credits} credits of ${JSON.stringify(published)}`,
        );
      }
    } finally {
      await consumer.stop();
    }
  };

  async function landed(final: 'FINAL' | ''): Promise<{ calls: number; credits: number }> {
    const sums = final ? 'sum(credits)' : '0';
    const [row] = await select(
      client,
      Landed,
      `SELECT count() AS calls, ${sums} AS credits FROM call_events ${final}`,
    );
    return row ?? { calls: 0, credits: 0 };
  }

  /** Whether the partitions of the call topic are assigned; the consumer reads other topics too. */
  const isAssigned = (log: string): boolean =>
    log
      .split('\n')
      .some((line) => line.includes(`"${topics.calls}"`) && line.includes('partitions assigned'));

  const bytes = Math.round(published.bytes / calls);
  return {
    name: 'land',
    work: `${count(calls)} calls of ${bytes} bytes from ${PARTITIONS} partitions until they can be queried`,
    unit: 'call',
    count: calls,
    cpuPer: 1_000_000,
    rounds,
    ours: { name: 'Avro straight to Native columns', run: landingBy('consumers/main.ts') },
    others: [{ name: 'avsc objects, JSONEachRow', run: landingBy('test/bench/json-landing.ts') }],
    close: () => client.close(),
  };
}

async function orFail(waiting: Promise<boolean>, message: string): Promise<void> {
  if (!(await waiting)) throw new Error(`${message} in time.`);
}
