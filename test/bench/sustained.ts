import { NODE_FLAGS } from '../../deploy/local/pipeline.ts';
import { until } from '../../deploy/local/until.ts';
import { floorTo } from '../../domain/instants.ts';
import { connectClickHouse, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { migrate } from '../../platform/clickhouse/migrate.ts';
import { connectKafka, ensureTopics } from '../../platform/kafka/connect.ts';
import { createLogger } from '../../platform/logging.ts';
import { HOUR_MS } from '../../schemas/time-units.ts';
import { topicNames } from '../../schemas/topics.ts';
import { startConsumer } from '../consumers/consumer-process.ts';
import type { NamespaceSettings } from '../servers/namespace.ts';
import type { Benchmark, Measure } from './benchmark.ts';
import { PARTITIONS } from './call-topics.ts';
import { eventClockEnvironment, type EventClock } from './event-clock.ts';
import { SCHEMA_ID, startKafkaEngine, startRegistry } from './kafka-engine.ts';
import { runPaced, type PacedResult } from './paced-run.ts';
import { checkSealed, moveClockOfInvalidations } from './paced-sealing.ts';
import { plan, type Places } from './plan.ts';
import { startProgram, type Program } from './program-messages.ts';
import { createSummingViews } from './summing-views.ts';

interface SustainedSize {
  /** The rates that are tried, ascending. */
  readonly callsASecond: readonly number[];
  readonly trialSeconds: number;
  readonly seconds: number;
  /** So many hours of events pass in an hour. */
  readonly speed: number;
}

/**
 * Publishing, landing and sealing at once, each way at the highest of the given rates that it holds for a while. The
 * clock of the events runs faster than the machine's, so that hours end and are sealed meanwhile.
 */
export const sustained = plan<SustainedSize>(
  {
    full: {
      callsASecond: [10, 20, 30, 40, 60, 80, 100].map((thousands) => thousands * 1_000),
      trialSeconds: 75,
      seconds: 300,
      speed: 120,
    },
    small: { callsASecond: [2_000, 4_000, 8_000], trialSeconds: 12, seconds: 30, speed: 360 },
    tiny: { callsASecond: [400], trialSeconds: 0, seconds: 2, speed: 3_600 },
  },
  (places, size) => Promise.resolve([sustainedBenchmark(places, size)]),
);

/**
 * The events begin so long ago that none is in the future, and less than a day ago: cleared invalidations, whose times go
 * by their clock too, expire after a day.
 */
const HOURS_AGO = 20;
/** Until the publisher runs; it catches up if it takes longer. */
const START_MS = 1_500;
const WITHIN_MS = 180_000;
const VIEWS = 'Kafka engine, summing views (inexact)';
/** A rate is held where publishing is in time, everything lands soon after, and sealing is not behind. */
const HELD = { share: 0.95, lagS: 5, unsealedHours: 2 };

function sustainedBenchmark(places: Places, size: SustainedSize): Benchmark {
  const hours = ((size.seconds * size.speed) / 3_600).toFixed(1);
  return {
    name: 'sustained',
    work: `the highest steady rate for ${size.seconds} s, in which ${hours} hours of events pass`,
    unit: 'call',
    count: 0,
    cpuPer: 1_000_000,
    rounds: 1,
    ours: { name: 'consumer and sealing', run: (measure) => runHighest(runOurs, places, size, measure) },
    others: [{ name: VIEWS, run: (measure) => runHighest(runViews, places, size, measure) }],
    targets: [
      { figure: 'cpu', against: VIEWS, atLeast: 1, aim: 3 },
      // The current hour, and the one that is being sealed.
      { figure: 'unsealed at most', atLeast: 2 },
    ],
    close: () => Promise.resolve(),
  };
}

interface Pace {
  readonly callsASecond: number;
  readonly seconds: number;
  readonly speed: number;
}

type Way = (places: Places, pace: Pace, measure: Measure) => Promise<PacedResult>;

/**
 * Tries the rates one after the other until one is not held, then measures the one before. Where that is not held for
 * the whole time, the next lower one is measured instead.
 */
async function runHighest(
  way: Way,
  places: Places,
  { callsASecond, trialSeconds, seconds, speed }: SustainedSize,
  measure: Measure,
): Promise<void> {
  const isHeld = async (rate: number, forSeconds: number, by: Measure): Promise<boolean> => {
    places.progress(`sustained: ${rate} calls a second for ${forSeconds} s`);
    const result = await way(places, { callsASecond: rate, seconds: forSeconds, speed }, by);
    return (
      result.callsASecond >= HELD.share * rate &&
      result.lagS <= HELD.lagS &&
      result.unsealedHours <= HELD.unsealedHours
    );
  };
  const [lowest = 0, ...higher] = callsASecond;
  const tried = [lowest];
  for (const rate of higher) {
    if (!(await isHeld(rate, trialSeconds, unmeasured))) break;
    tried.unshift(rate);
  }
  // Of the lowest rate the figures are reported even where it is not held.
  for (const rate of tried) if (await isHeld(rate, seconds, measure)) return;
}

const unmeasured: Measure = async (_pids, work) => void (await work());

async function runOurs(places: Places, pace: Pace, measure: Measure): Promise<PacedResult> {
  const { namespace, client, end } = await prepare(places, 'bench_sustained');
  const consumer = startConsumer(namespace);
  let sealing: Program | undefined;
  try {
    const { calls } = topicNames(namespace.TOPIC_PREFIX);
    const isAssigned = (): boolean =>
      consumer
        .log()
        .split('\n')
        .some((line) => line.includes(`"${calls}"`) && line.includes('partitions assigned'));
    if (!(await until(isAssigned, WITHIN_MS))) throw new Error('The consumer got no partitions in time.');
    const clock = clockFor(pace);
    await moveClockOfInvalidations(client, clock);
    const sealingEnv = { ...namespace, ...eventClockEnvironment(clock) };
    const started = await startProgram('sealing-loop.ts', sealingEnv, NODE_FLAGS.aggregator);
    sealing = started;
    const pids = { consumer: consumer.pid, aggregator: started.pid, ...serversOf(places) };
    const reseal = (): Promise<unknown> => started.ask('reseal');
    const run = { namespace, client, clock, ...pace, pids, reseal, schemaId: 0 };
    const result = await runPaced(run, measure);
    await checkSealed(client);
    return result;
  } finally {
    await Promise.all([consumer.stop(), sealing?.end()]);
    await end();
  }
}

async function runViews(places: Places, pace: Pace, measure: Measure): Promise<PacedResult> {
  const { namespace, client, end } = await prepare(places, 'bench_sustained_views');
  await createSummingViews(client, 'call_events');
  const registry = await startRegistry();
  const topic = topicNames(namespace.TOPIC_PREFIX).calls;
  const stop = await startKafkaEngine(client, namespace, {
    registryUrl: registry.url,
    topic,
    group: 'bench',
  });
  try {
    const [clock, pids] = [clockFor(pace), serversOf(places)];
    const run = { namespace, client, clock, ...pace, pids, schemaId: SCHEMA_ID };
    return await runPaced(run, measure);
  } finally {
    await stop();
    await registry.stop();
    await end();
  }
}

const serversOf = ({ clickhousePid, kafkaPid }: Places) => ({ ClickHouse: clickhousePid, Kafka: kafkaPid });

const clockFor = ({ speed }: Pace): EventClock => ({
  startedAt: Date.now() + START_MS,
  from: floorTo(Date.now(), HOUR_MS) - HOURS_AGO * HOUR_MS,
  speed,
});

interface Prepared {
  readonly namespace: NamespaceSettings;
  readonly client: ClickHouseClient;
  /** Drops everything: merges of an earlier run must not count for a later one. */
  readonly end: () => Promise<void>;
}

async function prepare({ open }: Places, name: string): Promise<Prepared> {
  const opened = open(name);
  const namespace = opened.settings;
  const kafka = connectKafka(namespace, 'bench', createLogger('bench', 'fatal'));
  await Promise.all([
    migrate(namespace),
    ensureTopics(kafka, topicNames(namespace.TOPIC_PREFIX), PARTITIONS),
  ]);
  const client = connectClickHouse(namespace, 'bench', { requestTimeoutMs: 300_000 });
  const end = async (): Promise<void> => {
    await client.close();
    await opened.drop();
  };
  return { namespace, client, end };
}
