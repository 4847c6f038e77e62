import { setTimeout as sleep } from 'node:timers/promises';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { count } from '../../cli/table.ts';
import { migrate } from '../../platform/clickhouse/migrate.ts';
import { createPublisher } from '../../producers/sdk/connect.ts';
import type { NamespaceSettings } from '../servers/namespace.ts';
import type { Benchmark, Measure, NamedFigure, Target } from './benchmark.ts';
import { callInput } from './calls.ts';
import { LOAD_STARTS_MS, startLoad } from './load.ts';
import { plan, type Places } from './plan.ts';
import { startStack, type Stack } from './stored/stack.ts';

interface FreshSize {
  /** Of other calls meanwhile, one after the other. */
  readonly callsASecond: readonly number[];
  readonly seconds: number;
}

/** From publishing a call until an organisation's current usage shows it through HTTP. */
export const fresh = plan<FreshSize>(
  {
    full: { callsASecond: [0, 1_000, 10_000], seconds: 60 },
    small: { callsASecond: [0, 1_000, 5_000], seconds: 15 },
    tiny: { callsASecond: [100], seconds: 1 },
  },
  (places, size) => freshBenchmarks(places, size),
);

/** Each reading of current usage is work for the machine that is measured: more of them would wait for each other. */
const POLL_MS = 40;
const PROBED_ORG = 'probed-org';
const SHOWN_WITHIN_MS = 60_000;
const LATENCY: readonly Target[] = [{ figure: 'p99', atLeast: 400, aim: 150 }];
const MEMORY: readonly Target[] = [
  { figure: 'memory of consumer', atLeast: 512 },
  { figure: 'memory of api', atLeast: 300 },
  { figure: 'memory of aggregator', atLeast: 300 },
];
const Credits = Type.Object({ used: Type.Integer() });

async function freshBenchmarks(
  { open, clickhousePid, kafkaPid }: Places,
  { callsASecond, seconds }: FreshSize,
): Promise<Benchmark[]> {
  const opened = open('bench_fresh');
  const namespace = opened.settings;
  await migrate(namespace);
  const stages = ['consumer', 'aggregator', 'api'] as const;
  const stack = await startStack({ ...namespace, ...SAMPLE_TERMS }, stages);
  const probe = probeOf(stack, namespace, PROBED_ORG);
  const pids = {
    ...Object.fromEntries(stages.map((stage) => [stage, stack.pidOf(stage)])),
    ClickHouse: clickhousePid,
    Kafka: kafkaPid,
  };

  const probing = (rate: number) => async (measure: Measure) => {
    // Also waits until the stack has landed everything from before.
    await probe.publishAndWait();
    const load = rate > 0 ? await startLoad(namespace, rate, seconds) : undefined;
    try {
      await measure(load ? { publisher: load.pid, ...pids } : pids, async () => {
        const loading = load?.ask('publish');
        const startedAt = performance.now();
        const endsAt = startedAt + LOAD_STARTS_MS + seconds * 1_000;
        const latenciesMs = await probe.repeat(endsAt);
        const lateAt = performance.now();
        await loading;
        const endedAt = performance.now();
        const behindS = Math.round((endedAt - lateAt) / 1_000);
        const figures: NamedFigure[] = [
          { name: 'load published late', unit: 's', value: behindS, better: 'less' },
        ];
        const tookS = (endedAt - startedAt) / 1_000;
        return { latenciesMs, count: tookS, figures: load ? figures : [] };
      });
    } finally {
      await load?.end();
    }
  };

  const closing = async (): Promise<void> => {
    await probe.close();
    await stack.stop();
    await opened.drop();
  };
  return callsASecond.map((rate, index) => ({
    name: rate === 0 ? 'fresh, idle' : `fresh, ${count(rate)}/s`,
    work: `from publish to current usage for ${seconds} s, one after the other, with ${count(rate)} other calls a second`,
    unit: 'second',
    count: seconds,
    cpuPer: 1,
    rounds: 1,
    isPaced: true,
    ours: { name: 'through HTTP', run: probing(rate) },
    others: [],
    targets: index === callsASecond.length - 1 ? [...LATENCY, ...MEMORY] : LATENCY,
    close: () => (index === callsASecond.length - 1 ? closing() : Promise.resolve()),
  }));
}

/** Every organisation has the sample terms. */
const SAMPLE_TERMS = { UNKNOWN_ORGS: 'local' };

/** Publishes a call of an organisation, waits until it shows, and publishes the next: in this process. */
function probeOf(stack: Stack, namespace: NamespaceSettings, orgId: string) {
  const publisher = createPublisher({
    brokers: namespace.KAFKA_BROKERS.split(','),
    topicPrefix: namespace.TOPIC_PREFIX,
  });
  let used = 0;

  /** @returns how long it took until the credit showed, in milliseconds */
  async function publishAndWait(): Promise<number> {
    const token = await stack.tokenOf(orgId);
    const publishedAt = performance.now();
    used += 1;
    // It resolves when Kafka has the call; a failure ends the waiting below.
    const publishing = publisher.publish({
      ...callInput(used, Date.now()),
      org_id: orgId,
      status: 200,
      credits: 1,
      rejection_cause: '',
    });
    const isShown = async (): Promise<boolean> => {
      const answer = await stack.read(`/v1/orgs/${orgId}/credits`, token);
      return Value.Parse(Credits, answer).used >= used;
    };
    const deadline = publishedAt + SHOWN_WITHIN_MS;
    while (!(await isShown())) {
      if (performance.now() > deadline) throw new Error(`A call of ${orgId} did not show in time.`);
      await sleep(POLL_MS);
    }
    const tookMs = performance.now() - publishedAt;
    await publishing;
    return tookMs;
  }

  return {
    publishAndWait,
    /** Until an instant of performance.now(). */
    repeat: async (endsAt: number): Promise<number[]> => {
      const latenciesMs: number[] = [];
      while (performance.now() < endsAt) {
        latenciesMs.push(await publishAndWait());
        // Not in step with the batches of the pipeline.
        await sleep((latenciesMs.length * 37) % 200);
      }
      return latenciesMs;
    },
    close: () => publisher.close(),
  };
}
