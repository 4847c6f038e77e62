import type { Benchmark, Measured, NamedFigure, Round, Target } from './benchmark.ts';
import { median, percentile } from './figures.ts';
import { reportOf } from './report.ts';
import { resultsOf } from './results-file.ts';
import { summaryMarkdown, summaryRows, summaryText } from './summary.ts';

const idle = { run: () => Promise.resolve() };
const benchmarkOf = (targets: readonly Target[] = [], more: Partial<Benchmark> = {}): Benchmark => ({
  name: 'land',
  work: '1,000 calls',
  unit: 'call',
  count: 1_000,
  cpuPer: 1_000_000,
  rounds: 3,
  ours: { ...idle, name: 'direct' },
  others: [{ ...idle, name: 'objects' }],
  targets,
  close: () => Promise.resolve(),
  ...more,
});

const measured = (
  seconds: number,
  cpu: Readonly<Record<string, number>> = {},
  more: Partial<Measured> = {},
): Measured => ({
  seconds,
  count: 1_000,
  cpuSeconds: new Map(Object.entries(cpu)),
  peakMiB: new Map(),
  latenciesMs: [],
  figures: [],
  ...more,
});

const ROUNDS: readonly Round[] = [
  { ours: measured(0.5, { consumer: 0.003 }), others: [measured(1, { consumer: 0.012 })] },
  { ours: measured(0.25, { consumer: 0.002 }), others: [measured(1, { consumer: 0.012 })] },
  { ours: measured(1, { consumer: 0.004 }), others: [measured(1, { consumer: 0.012 })] },
];

describe('a report', () => {
  it('shows the medians of all, and the ratios within the rounds: above 1 is better', () => {
    const [head, columns, speed, total, cpu] = reportOf(benchmarkOf(), ROUNDS).split('\n');
    expect(head).toBe('land: 1,000 calls, 3 rounds');
    expect(columns?.trim()).toMatch(/^direct +objects +times better \(rounds\)$/);
    expect(speed).toMatch(/^ {2}calls a second +2,000 +1,000 +2 \(1 to 4\)$/);
    expect(total).toMatch(/^ {2}CPU-s for 1,000,000 calls: in total +3 +12 +4 \(3 to 6\)$/);
    expect(cpu).toMatch(/^ {2}CPU-s for 1,000,000 calls: consumer +3 +12 +4 \(3 to 6\)$/);
  });

  it('adds up the CPU of all processes, also where the ways have different ones', () => {
    const ours = measured(1, { consumer: 0.001, ClickHouse: 0.002 });
    const report = reportOf(benchmarkOf(), [{ ours, others: [measured(1, { ClickHouse: 0.009 })] }]);
    expect(report).toMatch(/in total +3 +9 +3 \(3 to 3\)$/m);
    expect(report).toMatch(/: consumer +1 +- +- \(- to -\)$/m);
  });

  it('leaves out CPU that cannot be read on this machine, and the speed where the pace is given', () => {
    const rounds = [{ ours: measured(1), others: [measured(2)] }];
    expect(reportOf(benchmarkOf(), rounds)).not.toContain('CPU');
    expect(reportOf(benchmarkOf([], { isPaced: true }), rounds)).not.toContain('a second');
  });

  it('shows latencies, peak memory and further figures, also without an alternative', () => {
    const parts: NamedFigure = { name: 'parts at the end', unit: 'parts', value: 7, better: 'less' };
    const ours = measured(
      1,
      {},
      {
        latenciesMs: Array.from({ length: 200 }, (_, index) => index + 1),
        peakMiB: new Map([['consumer', 256]]),
        figures: [parts],
      },
    );
    const report = reportOf(benchmarkOf([], { others: [] }), [{ ours, others: [] }]);
    for (const row of [/ms, p50 +100$/m, /ms, p90 +180$/m, /ms, p99 +198$/m, /ms, max +200$/m])
      expect(report).toMatch(row);
    expect(report).toMatch(/peak MiB: consumer +256$/m);
    expect(report).toMatch(/parts at the end, parts +7$/m);
  });
});

const targetLines = (target: Target): string[] =>
  reportOf(benchmarkOf([target]), ROUNDS)
    .split('\n')
    .slice(5);

describe('a target', () => {
  it.each<[Target, string]>([
    [{ figure: 'speed', against: 'objects', atLeast: 1.5, aim: 2 }, 'met (aim): '],
    [{ figure: 'speed', against: 'objects', atLeast: 1.5, aim: 3 }, 'met (at least): '],
    [{ figure: 'cpu', against: 'objects', atLeast: 5 }, 'NOT MET: '],
    [{ figure: 'cpu', atLeast: 3 }, 'met (at least): '],
    [{ figure: 'cpu of consumer', atLeast: 2 }, 'NOT MET: '],
    [{ figure: 'speed', atLeast: 2_000 }, 'met (at least): '],
  ])('limits the ratio, or the figure itself in the direction that is better: %j', (target, met) => {
    expect(targetLines(target)).toEqual([
      expect.stringMatching(new RegExp(`^  ${met.replace(/[()]/g, '\\$&')}`)),
    ]);
  });

  it('is an error where it names a figure or an alternative that does not exist', () => {
    expect(() => targetLines({ figure: 'p99', atLeast: 1 })).toThrow('land: a target names p99');
    expect(() => targetLines({ figure: 'speed', against: 'others', atLeast: 1 })).toThrow('names others');
  });
});

describe('the table of all benchmarks', () => {
  const benchmark = benchmarkOf([{ figure: 'speed', against: 'objects', atLeast: 1.5, aim: 3 }]);
  const rows = summaryRows(benchmark, ROUNDS);

  it('has the headline figures and the targets', () => {
    expect(rows).toEqual([
      expect.objectContaining({ figure: 'calls a second', ours: '2,000', at_least: '1.5', met: 'at least' }),
      expect.objectContaining({ figure: 'CPU-s for 1,000,000 calls: in total', met: '' }),
    ]);
    expect(summaryText(rows)).toMatch(
      /^ +land +calls a second +2,000 +objects +1,000 +2 \(1 to 4\) +1.5 +3 +at least$/m,
    );
  });

  it('is Markdown for BENCHMARKS.md', () => {
    expect(summaryMarkdown(rows).split('\n')[2]).toBe(
      '| land | calls a second | 2,000 | objects | 1,000 | 2 (1 to 4) | 1.5 | 3 | at least |',
    );
  });
});

it('the JSON has the raw values of every round, and what failed', () => {
  const machine = {
    date: '2026-11-29T00:00:00.000Z',
    commit: 'abc',
    processor: 'x',
    cpus: 2,
    memory_gib: 4,
    kernel: 'Linux',
    node: '24',
    kafka: '4',
    clickhouse: '26',
  };
  const results: unknown = JSON.parse(
    JSON.stringify(
      resultsOf(machine, 'full', [
        { name: 'land', benchmark: benchmarkOf(), rounds: ROUNDS },
        { name: 'seal', error: 'it broke' },
      ]),
    ),
  );
  expect(results).toMatchObject({
    machine,
    size: 'full',
    failed: [{ name: 'seal', error: 'it broke' }],
    table: [{ benchmark: 'land' }, { benchmark: 'land' }],
    benchmarks: [
      {
        name: 'land',
        alternatives: ['objects'],
        rounds: [
          { ours: { seconds: 0.5, cpu_seconds: { consumer: 0.003 } }, alternatives: [{ seconds: 1 }] },
          {},
          {},
        ],
      },
    ],
  });
});

it('a median is the mean of the two in the middle of an even number; a percentile is one of the values', () => {
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([3, 1, 2])).toBe(2);
  expect(percentile([30, 10, 20], 0.5)).toBe(20);
  expect(percentile([30, 10, 20], 0.99)).toBe(30);
  expect(percentile([], 0.5)).toBeNaN();
});
