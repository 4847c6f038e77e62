import { setTimeout as sleep } from 'node:timers/promises';
import { migrate } from '../../platform/clickhouse/migrate.ts';
import type { Benchmark } from './benchmark.ts';
import { plan, type Places } from './plan.ts';
import { startStack } from './stored/stack.ts';

interface IdleSize {
  /** Before it is measured: what a start leaves to do. */
  readonly settleSeconds: number;
  readonly seconds: number;
}

/** What a stack costs that has nothing to do: CPU-s in 100 s are per cent of a core. */
export const idle = plan<IdleSize>(
  {
    full: { settleSeconds: 60, seconds: 60 },
    small: { settleSeconds: 10, seconds: 20 },
    tiny: { settleSeconds: 0, seconds: 1 },
  },
  async (places, size) => [await idleBenchmark(places, size)],
);

const STAGES = ['consumer', 'aggregator', 'alerts', 'api'] as const;

async function idleBenchmark({ open }: Places, { settleSeconds, seconds }: IdleSize): Promise<Benchmark> {
  const opened = open('bench_idle');
  const namespace = opened.settings;
  await migrate(namespace);
  const stack = await startStack(namespace, STAGES);
  const pids = Object.fromEntries(STAGES.map((stage) => [stage, stack.pidOf(stage)]));
  return {
    name: 'idle',
    work: `a stack without calls for ${seconds} s`,
    unit: 'second',
    count: seconds,
    cpuPer: 100,
    rounds: 1,
    isPaced: true,
    ours: {
      name: 'processes of ours',
      run: async (measure) => {
        await sleep(settleSeconds * 1_000);
        await measure(pids, () => sleep(seconds * 1_000));
      },
    },
    others: [],
    targets: [
      { figure: 'cpu', atLeast: 1 },
      { figure: 'memory of consumer', atLeast: 512 },
      { figure: 'memory of api', atLeast: 300 },
      { figure: 'memory of aggregator', atLeast: 300 },
      { figure: 'memory of alerts', atLeast: 300 },
    ],
    close: async () => {
      await stack.stop();
      await opened.drop();
    },
  };
}
