import { compare, type Benchmark, type Candidate, type Measured } from './compare.ts';
import { median, reportOf } from './report.ts';

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
        return Promise.resolve();
      });
    },
  };
}

const benchmarkOf = (ours: Candidate, other: Candidate, rounds: number): Benchmark => ({
  name: 'land',
  work: '1,000 calls',
  unit: 'call',
  count: 1_000,
  cpuPer: 1_000_000,
  rounds,
  ours,
  other,
  close: () => Promise.resolve(),
});

const measured = (seconds: number, cpu?: number): Measured => ({
  seconds,
  cpuSeconds: new Map(cpu === undefined ? [] : [['consumer', cpu]]),
});

describe('a comparison', () => {
  it('runs both in every round, and alternates which begins', async () => {
    const benchmark = benchmarkOf(candidate('ours', 1, 2, 3), candidate('other', 4, 5, 6), 3);
    const rounds = await compare(
      benchmark,
      () => clock,
      () => {},
    );
    expect(ran).toEqual(['ours', 'other', 'other', 'ours', 'ours', 'other']);
    expect(rounds.map(({ ours, other }) => [ours.seconds, other.seconds])).toEqual([
      [1, 4],
      [2, 5],
      [3, 6],
    ]);
  });

  it('fails where a candidate measured nothing', async () => {
    const idle: Candidate = { name: 'idle', run: () => Promise.resolve() };
    const comparing = compare(
      benchmarkOf(idle, idle, 1),
      () => clock,
      () => {},
    );
    await expect(comparing).rejects.toThrow('idle: nothing was measured');
  });
});

describe('a report', () => {
  const benchmark = benchmarkOf(candidate('direct'), candidate('objects'), 3);
  const rounds = [
    { ours: measured(0.5, 0.003), other: measured(1, 0.012) },
    { ours: measured(0.25, 0.002), other: measured(1, 0.012) },
    { ours: measured(1, 0.004), other: measured(1, 0.012) },
  ];

  it('shows the medians of both, and the ratios within the rounds: above 1 is better', () => {
    const [head, columns, speed, cpu] = reportOf(benchmark, rounds).split('\n');
    expect(head).toBe('land: 1,000 calls, 3 rounds');
    expect(columns?.trim()).toMatch(/^direct +objects +times better \(rounds\)$/);
    expect(speed).toMatch(/^ {2}calls a second +2,000 +1,000 +2 \(1 to 4\)$/);
    expect(cpu).toMatch(/^ {2}CPU-s for 1,000,000 calls: consumer +3 +12 +4 \(3 to 6\)$/);
  });

  it('leaves out CPU that cannot be read on this machine', () => {
    const report = reportOf(benchmark, [{ ours: measured(1), other: measured(2) }]);
    expect(report).not.toContain('CPU');
    expect(report).toMatch(/calls a second +1,000 +500 +2 \(2 to 2\)$/);
  });

  it('takes the mean of the two in the middle of an even number', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([3, 1, 2])).toBe(2);
  });
});
