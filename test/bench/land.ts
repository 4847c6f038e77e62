import { setTimeout as sleep } from 'node:timers/promises';
import { Type, type Static } from 'typebox';
import { count } from '../../cli/table.ts';
import { until } from '../../deploy/local/until.ts';
import { connectClickHouse, select } from '../../platform/clickhouse/connect.ts';
import { migrate } from '../../platform/clickhouse/migrate.ts';
import { topicNames } from '../../schemas/topics.ts';
import { startConsumer } from '../consumers/consumer-process.ts';
import type { Benchmark, Candidate, Measure, Target } from './benchmark.ts';
import { framedTopic, LAST_ORG, PARTITIONS, publishCalls } from './call-topics.ts';
import { SCHEMA_ID, startKafkaEngine, startRegistry } from './kafka-engine.ts';
import { plan, type Places } from './plan.ts';

interface LandSize {
  readonly records: number;
  readonly rounds: number;
}

/** Landing what is already in Kafka: the consumer, ClickHouse's own Kafka engine, and the straightforward consumer. */
export const land = plan<LandSize>(
  {
    full: { records: 2_000_000, rounds: 3 },
    small: { records: 200_000, rounds: 2 },
    tiny: { records: 2_000, rounds: 1 },
  },
  async (places, size) => [await landBenchmark(places, size)],
);

const ASSIGNED_WITHIN_MS = 60_000;
const LANDED_WITHIN_MS = 600_000;
/** Each poll costs ClickHouse some milliseconds, which would count most for the slowest way. */
const POLL_MS = 200;
const EMPTIED = ['call_events', 'event_payloads', 'landed_ranges', 'dirty_marks'];
const ENGINE = 'ClickHouse’s Kafka engine';
const OBJECTS = 'avsc + JSONEachRow';
const TARGETS: readonly Target[] = [
  { figure: 'speed', aim: 1_000_000 },
  { figure: 'speed', against: ENGINE, atLeast: 2.5, aim: 6 },
  { figure: 'speed', against: OBJECTS, atLeast: 10, aim: 20 },
  { figure: 'memory of landing process', atLeast: 512 },
];
const Sums = Type.Object({ calls: Type.Integer(), credits: Type.Integer(), digest: Type.String() });

async function landBenchmark(
  { open, clickhousePid, kafkaPid }: Places,
  { records, rounds }: LandSize,
): Promise<Benchmark> {
  const opened = open('bench_land');
  const namespace = opened.settings;
  const topics = topicNames(namespace.TOPIC_PREFIX);
  await migrate(namespace);
  const client = connectClickHouse(namespace, 'bench');
  const registry = await startRegistry();
  const published = await publishCalls(namespace, records, SCHEMA_ID);
  const servers = { ClickHouse: clickhousePid, Kafka: kafkaPid };
  const digests = new Set<string>();
  let runs = 0;

  /** Of distinct calls, with a digest of what each of them is. */
  const landed = async (): Promise<Static<typeof Sums>> => {
    const [row] = await select(
      client,
      Sums,
      `SELECT count() AS calls, sum(credits) AS credits,
         toString(groupBitXor(cityHash64(event_id, occurred_at, org_id, user_id, endpoint, status, call_events.credits, units, duration_ms))) AS digest
       FROM call_events FINAL WHERE org_id != {last:String}`,
      { last: LAST_ORG },
    );
    return row ?? { calls: 0, credits: 0, digest: '' };
  };
  const hasLanded = async (): Promise<boolean> => {
    const [row] = await select(
      client,
      Type.Object({ ends: Type.Integer() }),
      `SELECT count() AS ends FROM call_events WHERE org_id = {last:String} AND occurred_at < now() - INTERVAL 2 DAY
         AND toStartOfHour(occurred_at) < now() - INTERVAL 2 DAY`,
      { last: LAST_ORG },
    );
    const isComplete = (row?.ends ?? 0) >= PARTITIONS;
    if (!isComplete) await sleep(POLL_MS);
    return isComplete;
  };

  /** Lands everything into empty tables with a new group, and checks the sums. */
  const landingBy =
    (name: string, start: (group: string) => Promise<Started>): Candidate['run'] =>
    async (measure: Measure) => {
      for (const table of EMPTIED) await client.command({ query: `TRUNCATE TABLE ${table}` });
      runs += 1;
      const { pids, stop } = await start(`bench-${runs}`);
      try {
        await measure({ ...pids, ...servers }, () =>
          orFail(until(hasLanded, LANDED_WITHIN_MS), `${name} did not land ${records} records`),
        );
        const { calls, credits, digest } = await landed();
        digests.add(digest);
        if (calls !== published.calls || credits !== published.credits)
          throw new Error(
            `${name} landed ${calls} calls, ${credits} credits of ${JSON.stringify(published)}.`,
          );
        if (digests.size > 1) throw new Error(`${name} landed other calls than the others.`);
      } finally {
        await stop();
      }
    };

  /** A process that logs when it has its partitions; the consumer reads other topics too. */
  const startProgram = (program: string) => async (group: string) => {
    const consumer = startConsumer({ ...namespace, CONSUMER_GROUP: group }, program);
    const isAssigned = (): boolean =>
      consumer
        .log()
        .split('\n')
        .some((line) => line.includes(`"${topics.calls}"`) && line.includes('partitions assigned'));
    await orFail(until(isAssigned, ASSIGNED_WITHIN_MS), `${program} got no partitions`);
    return { pids: { 'landing process': consumer.pid }, stop: () => consumer.stop() };
  };
  const startEngine = async (group: string) => ({
    pids: {},
    stop: await startKafkaEngine(client, namespace, {
      registryUrl: registry.url,
      topic: framedTopic(namespace),
      group,
    }),
  });

  const candidate = (name: string, start: (group: string) => Promise<Started>): Candidate => ({
    name,
    run: landingBy(name, start),
  });
  const bytes = Math.round(published.bytes / records);
  return {
    name: 'land',
    work: `${count(records)} records of ${bytes} bytes from ${PARTITIONS} partitions until they can be queried`,
    unit: 'record',
    count: records,
    cpuPer: 1_000_000,
    rounds,
    ours: candidate('consumer', startProgram('consumers/main.ts')),
    others: [candidate(ENGINE, startEngine), candidate(OBJECTS, startProgram('test/bench/json-landing.ts'))],
    targets: TARGETS,
    close: async () => {
      await Promise.all([client.close(), registry.stop()]);
      await opened.drop();
    },
  };
}

interface Started {
  readonly pids: Readonly<Record<string, number>>;
  readonly stop: () => Promise<unknown>;
}

async function orFail(waiting: Promise<boolean>, message: string): Promise<void> {
  if (!(await waiting)) throw new Error(`${message} in time.`);
}
