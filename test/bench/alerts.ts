import { setTimeout as sleep } from 'node:timers/promises';
import { count } from '../../cli/table.ts';
import { connectClickHouse } from '../../platform/clickhouse/connect.ts';
import { migrate } from '../../platform/clickhouse/migrate.ts';
import { createPublisher } from '../../producers/sdk/connect.ts';
import { openReceiver, type Receiver } from '../alerts/receiver.ts';
import type { NamespaceSettings } from '../servers/namespace.ts';
import { until } from '../until.ts';
import { alertSteps, type Crossing } from './alert-steps.ts';
import { recordAlerting } from './alert-settings.ts';
import type { Benchmark, Measure } from './benchmark.ts';
import { callInput } from './calls.ts';
import { startLoad } from './load.ts';
import { plan, type Places } from './plan.ts';
import { startStack } from './stored/stack.ts';

interface AlertsSize {
  /** Of other calls meanwhile. */
  readonly callsASecond: number;
  readonly seconds: number;
  /** Organisations that cross a threshold, spread over the time. */
  readonly crossings: number;
}

/** From publishing the call that crosses a threshold until the alert's first attempt reaches a webhook. */
export const alerts = plan<AlertsSize>(
  {
    full: { callsASecond: 5_000, seconds: 60, crossings: 300 },
    small: { callsASecond: 5_000, seconds: 15, crossings: 75 },
    tiny: { callsASecond: 100, seconds: 1, crossings: 3 },
  },
  async (places, size) => [await alertsBenchmark(places, size)],
);

const STAGES = ['consumer', 'aggregator', 'alerts'] as const;
const VARIABLES = {
  // Every organisation has the sample terms.
  UNKNOWN_ORGS: 'local',
  WEBHOOK_KEY: 'a key of this run alone, which signs what it sends',
  WEBHOOK_TARGETS: 'any',
} as const;
/** More than 24 hours may use by the sample terms. */
const CREDITS = 100_000;
const ARRIVES_WITHIN_MS = 60_000;

async function alertsBenchmark(
  { open, clickhousePid, kafkaPid, progress }: Places,
  { callsASecond, seconds, crossings }: AlertsSize,
): Promise<Benchmark> {
  const opened = open('bench_alerts');
  const namespace = opened.settings;
  await migrate(namespace);
  const stack = await startStack({ ...namespace, ...VARIABLES }, STAGES);
  const receiver = await openReceiver();
  const orgIds = Array.from({ length: crossings }, (_, index) => `crossing-${index}`);
  await recordAlerting(namespace, receiver.url, orgIds);
  const pids = {
    ...Object.fromEntries(STAGES.map((stage) => [stage, stack.pidOf(stage)])),
    ClickHouse: clickhousePid,
    Kafka: kafkaPid,
  };

  async function run(measure: Measure): Promise<void> {
    const load = await startLoad(namespace, callsASecond, seconds);
    let crossed: readonly Crossing[] = [];
    try {
      await measure({ publisher: load.pid, ...pids }, async () => {
        const loading = load.ask('publish');
        crossed = await cross(namespace, receiver, orgIds, seconds);
        await loading;
        return { latenciesMs: crossed.map(({ publishedAt, arrivedAt }) => arrivedAt - publishedAt) };
      });
    } finally {
      await load.end();
    }
    for (const line of await readSteps(namespace, crossed)) progress(line);
  }

  return {
    name: `alerts, ${count(callsASecond)}/s`,
    work: `${count(crossings)} organisations cross a threshold within ${seconds} s, with ${count(callsASecond)} other calls a second`,
    unit: 'second',
    count: seconds,
    cpuPer: 1,
    rounds: 1,
    isPaced: true,
    ours: { name: 'to the first attempt', run },
    others: [],
    targets: [
      { figure: 'p99', atLeast: 2_000 },
      { figure: 'memory of alerts', atLeast: 300 },
    ],
    close: async () => {
      await stack.stop();
      await receiver.close();
      await opened.drop();
    },
  };
}

async function readSteps(namespace: NamespaceSettings, crossings: readonly Crossing[]): Promise<string[]> {
  const client = connectClickHouse(namespace, 'bench');
  const steps = await alertSteps(client, crossings);
  await client.close();
  return steps;
}

/** @returns each crossing with its first attempt @throws where an alert does not come, or comes twice */
async function cross(
  namespace: NamespaceSettings,
  receiver: Receiver,
  orgIds: readonly string[],
  seconds: number,
): Promise<Crossing[]> {
  const publisher = createPublisher({
    brokers: namespace.KAFKA_BROKERS.split(','),
    topicPrefix: namespace.TOPIC_PREFIX,
  });
  const publishedAt = new Map<string, number>();
  const startedAt = performance.now();
  for (const [index, orgId] of orgIds.entries()) {
    const due = startedAt + ((index + 0.5) * seconds * 1_000) / orgIds.length;
    await sleep(Math.max(0, due - performance.now()));
    publishedAt.set(orgId, Date.now());
    const call = callInput(index, Date.now());
    await publisher.publish({ ...call, org_id: orgId, status: 200, credits: CREDITS, rejection_cause: '' });
  }
  await publisher.close();
  const isThere = () => receiver.got.length >= orgIds.length;
  // Those that are missing are named below.
  await until('every alert has come', isThere, ARRIVES_WITHIN_MS).catch(() => undefined);
  const came = new Set(receiver.got.map(({ data }) => String(data['org_id'])));
  if (came.size !== orgIds.length || receiver.got.length !== orgIds.length) {
    throw new Error(`${receiver.got.length} alerts of ${came.size} organisations came, of ${orgIds.length}.`);
  }
  return receiver.got.map(({ at, data }) => {
    const orgId = String(data['org_id']);
    return { orgId, publishedAt: publishedAt.get(orgId) ?? 0, arrivedAt: at };
  });
}
