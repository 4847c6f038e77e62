import type { Benchmark, Target } from './benchmark.ts';
import type { Places, Plan } from './plan.ts';
import type { Outcome } from './results-file.ts';
import { runBenchmarks } from './run-benchmarks.ts';

const places: Places = {
  clickhousePid: process.pid,
  kafkaPid: process.pid,
  open: () => {
    throw new Error('no servers here');
  },
  progress: () => {},
  untilQuiet: () => Promise.resolve(),
};

let closed: string[] = [];
beforeEach(() => {
  closed = [];
});

function benchmarkOf(name: string, work: () => Promise<void>, targets: readonly Target[] = []): Benchmark {
  return {
    name,
    work: 'nothing',
    unit: 'call',
    count: 1,
    cpuPer: 1,
    rounds: 1,
    ours: { name: 'ours', run: (measure) => measure({}, work) },
    others: [],
    targets,
    close: () => Promise.resolve(void closed.push(name)),
  };
}

const works = (): Promise<void> => Promise.resolve();
const fails = (): Promise<void> => Promise.reject(new Error('it broke'));
const planOf = (...benchmarks: Benchmark[]): Plan => ({ open: () => Promise.resolve(benchmarks) });

async function namesAndErrors(plans: Readonly<Record<string, Plan>>): Promise<string[]> {
  const seen: Outcome[] = [];
  const onOutcome = (outcome: Outcome): void => void seen.push(outcome);
  const outcomes = await runBenchmarks(plans, places, 'tiny', { onOutcome, progress: () => {} });
  expect(seen).toEqual(outcomes);
  return outcomes.map(
    (outcome) => `${outcome.name}: ${'error' in outcome ? outcome.error.split('\n')[0] : 'ok'}`,
  );
}

it('a benchmark that fails is reported and closed, and the others still run', async () => {
  const land = planOf(benchmarkOf('land', fails), benchmarkOf('land twice', works));
  const unopened: Plan = { open: () => Promise.reject(new Error('no servers here')) };
  const outcomes = await namesAndErrors({ land, unopened, seal: planOf(benchmarkOf('seal', works)) });
  expect(outcomes).toEqual([
    'land: Error: it broke',
    'land twice: ok',
    'unopened: Error: no servers here',
    'seal: ok',
  ]);
  expect(closed).toEqual(['land', 'land twice', 'seal']);
});

it('a target that names nothing that was measured is a failure of its benchmark', async () => {
  const outcomes = await namesAndErrors({ land: planOf(benchmarkOf('land', works, [{ figure: 'sped' }])) });
  expect(outcomes).toEqual(['land: Error: land: a target names sped, which was not measured.']);
});
