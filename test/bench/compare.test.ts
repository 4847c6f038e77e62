import type { Benchmark, Candidate } from './benchmark.ts';
import { compare } from './compare.ts';

let clock = 0;
let ran: string[] = [];
beforeEach(() => {
  clock = 0;
  ran = [];
});

/** Its runs take so many seconds each, one after the other, and the preparation of each 100 s more. */
function candidate(name: string, ...seconds: number[]): Candidate {
  const left = [...seconds];
  return {
    name,
    run: async (measure) => {
      ran.push(name);
      clock += 100_000;
      await measure({}, () => {
        clock += (left.shift() ?? 0) * 1_000;
        return Promise.resolve({ latenciesMs: [clock], cpuSeconds: { [name]: 2 } });
      });
    },
  };
}

const benchmarkOf = (rounds: number, ours: Candidate, ...others: Candidate[]): Benchmark => ({
  name: 'land',
  work: '1,000 calls',
  unit: 'call',
  count: 1_000,
  cpuPer: 1_000_000,
  rounds,
  ours,
  others,
  close: () => Promise.resolve(),
});

const compared = (benchmark: Benchmark) =>
  compare(
    benchmark,
    () => clock,
    () => {},
  );

it('runs all in every round, and rotates which begins', async () => {
  const [ours, a, b] = [candidate('ours', 1, 2, 3), candidate('a', 4, 5, 6), candidate('b', 7, 8, 9)];
  const rounds = await compared(benchmarkOf(3, ours, a, b));
  expect(ran).toEqual(['ours', 'a', 'b', 'a', 'b', 'ours', 'b', 'ours', 'a']);
  expect(rounds.map((round) => [round.ours, ...round.others].map(({ seconds }) => seconds))).toEqual([
    [1, 4, 7],
    [2, 5, 8],
    [3, 6, 9],
  ]);
});

it('has the last of several measurements of a run', async () => {
  const twice = candidate('ours', 1, 2);
  const ours: Candidate = {
    ...twice,
    run: async (measure) => {
      await twice.run(measure);
      await twice.run(measure);
    },
  };
  const [round] = await compared(benchmarkOf(1, ours));
  expect(round?.ours.seconds).toBe(2);
});

it('adds what the work observed', async () => {
  const [round] = await compared(benchmarkOf(1, candidate('ours', 1)));
  expect(round?.ours).toMatchObject({ latenciesMs: [101_000], cpuSeconds: new Map([['ours', 2]]) });
});

it('measures CPU and memory of living processes where the system has /proc', async () => {
  const busy: Candidate = { name: 'busy', run: (measure) => measure({ us: process.pid }, keepBusy) };
  const [round] = await compared(benchmarkOf(1, busy));
  const isLinux = process.platform === 'linux';
  expect((round?.ours.cpuSeconds.get('us') ?? 0) > 0).toBe(isLinux);
  expect((round?.ours.peakMiB.get('us') ?? 0) > 10).toBe(isLinux);
});

it('fails where a candidate measured nothing', async () => {
  const idle: Candidate = { name: 'idle', run: () => Promise.resolve() };
  await expect(compared(benchmarkOf(1, idle))).rejects.toThrow('idle: nothing was measured');
});

/** For more than a tick of the kernel's CPU clock. */
function keepBusy(): Promise<void> {
  const { user } = process.cpuUsage();
  while (process.cpuUsage().user - user < 50_000);
  return Promise.resolve();
}
