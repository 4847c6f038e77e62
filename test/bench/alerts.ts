import { setTimeout as sleep } from 'node:timers/promises';
import { count } from '../../cli/table.ts';
import { connectClickHouse } from '../../platform/clickhouse/connect.ts';
import { migrate } from '../../platform/clickhouse/migrate.ts';
import { createLogger } from '../../platform/logging.ts';
import { createPublisher } from '../../producers/sdk/connect.ts';
import { readPositions } from '../../store/alerts/progress.ts';
import { openRecorder } from '../../store/settings/recorder.ts';
import { openReceiver, type Receiver } from '../alerts/receiver.ts';
import type { NamespaceSettings } from '../servers/namespace.ts';
import { until } from '../until.ts';
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
const RULES = { rules: [{ rule_id: 'total-80', kind: 'total-share', percent: 80 }], platform_rules: [] };
/** More than 24 hours may use by the sample terms. */
const CREDITS = 100_000;
const RECORDED_WITHIN_MS = 60_000;
const ARRIVES_WITHIN_MS = 60_000;

async function alertsBenchmark(
  { open, clickhousePid, kafkaPid }: Places,
  { callsASecond, seconds, crossings }: AlertsSize,
): Promise<Benchmark> {
  const opened = open('bench_alerts');
  const namespace = opened.settings;
  await migrate(namespace);
  const stack = await startStack({ ...namespace, ...VARIABLES }, STAGES);
  const receiver = await openReceiver();
  const orgIds = Array.from({ length: crossings }, (_, index) => `crossing-${index}`);
  await recordSettings(namespace, receiver.url, orgIds);
  const pids = {
    ...Object.fromEntries(STAGES.map((stage) => [stage, stack.pidOf(stage)])),
    ClickHouse: clickhousePid,
    Kafka: kafkaPid,
  };

  async function run(measure: Measure): Promise<void> {
    const load = await startLoad(namespace, callsASecond, seconds);
    try {
      await measure({ publisher: load.pid, ...pids }, async () => {
        const loading = load.ask('publish');
        const latenciesMs = await cross(namespace, receiver, orgIds, seconds);
        await loading;
        return { latenciesMs };
      });
    } finally {
      await load.end();
    }
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

/** One rule for all, and a webhook of each organisation. */
async function recordSettings(
  namespace: NamespaceSettings,
  url: string,
  orgIds: readonly string[],
): Promise<void> {
  const client = connectClickHouse(namespace, 'bench');
  const recorder = openRecorder(
    { ...namespace, UNKNOWN_ORGS: 'local', SETTINGS_CHANGES_PER_HOUR: 100 },
    client,
    {
      clientId: 'bench',
      logger: createLogger('bench', 'fatal'),
      now: Date.now,
      timeoutMs: RECORDED_WITHIN_MS,
    },
  );
  const record = (orgId: string, kind: string, value: object) =>
    recorder.record({
      change_id: `${kind} ${orgId}`,
      org_id: orgId,
      kind,
      product: '',
      value: JSON.stringify(value),
      effective_at: 0,
      recorded_by: 'bench',
      reason: '',
    });
  await record('', 'alert-defaults', RULES);
  const webhook = {
    destination_id: 'ops',
    type: 'webhook',
    url,
    events: ['alert.raised'],
    is_enabled: true,
    disabled_reason: '',
    generation: 1,
    rotated_at: 0,
    is_removed: false,
  };
  await Promise.all(orgIds.map((orgId) => record(orgId, 'alert-destination', webhook)));
  await until('the alerts process works', async () => (await readPositions(client)).settings !== undefined);
  await recorder.close();
  await client.close();
}

/** @returns from each crossing to its first attempt, in milliseconds @throws where an alert does not come, or comes twice */
async function cross(
  namespace: NamespaceSettings,
  receiver: Receiver,
  orgIds: readonly string[],
  seconds: number,
): Promise<number[]> {
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
  return receiver.got.map(({ at, data }) => at - (publishedAt.get(String(data['org_id'])) ?? 0));
}
