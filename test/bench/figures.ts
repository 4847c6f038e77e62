import type { Benchmark, Better, Measured, Round } from './benchmark.ts';

/** A figure of our way and of each alternative: medians of the rounds. */
export interface Figure {
  /** As a target names it. */
  readonly key: string;
  readonly label: string;
  readonly better: Better;
  readonly ours: number;
  readonly others: readonly Compared[];
}

/** An alternative's figure, and how many times better ours is: above 1 is better. A ratio is taken within each round. */
export interface Compared {
  readonly name: string;
  readonly value: number;
  readonly times: number;
  readonly least: number;
  readonly most: number;
}

const PERCENTILES = { p50: 0.5, p90: 0.9, p99: 0.99, max: 1 } as const;

/** All figures of a benchmark's rounds; those that a candidate does not have are NaN. */
export function figuresOf(benchmark: Benchmark, rounds: readonly Round[]): Figure[] {
  const { unit, cpuPer } = benchmark;
  const figure = (key: string, label: string, better: Better, of: (measured: Measured) => number): Figure => {
    const ours = rounds.map((round) => of(round.ours));
    const others = benchmark.others.map(({ name }, index): Compared => {
      const theirs = rounds.map(({ others: each }) => valueOf(each[index], of));
      const times = theirs.map((value, round) =>
        better === 'more' ? (ours[round] ?? Number.NaN) / value : value / (ours[round] ?? Number.NaN),
      );
      return {
        name,
        value: median(theirs),
        times: median(times),
        least: Math.min(...times),
        most: Math.max(...times),
      };
    });
    return { key, label, better, ours: median(ours), others };
  };

  const speed = benchmark.isPaced
    ? []
    : [figure('speed', `${unit}s a second`, 'more', ({ count, seconds }) => count / seconds)];
  const cpuLabel = `CPU-s for ${cpuPer === 1 ? `a ${unit}` : `${cpuPer.toLocaleString('en-US')} ${unit}s`}`;
  const perUnits = ({ count }: Measured, cpuSeconds: number): number => (cpuSeconds / count) * cpuPer;
  const processes = namesIn(rounds, ({ cpuSeconds }) => cpuSeconds.keys());
  const cpu = processes.map((name) =>
    figure(`cpu of ${name}`, `${cpuLabel}: ${name}`, 'less', (measured) =>
      perUnits(measured, measured.cpuSeconds.get(name) ?? Number.NaN),
    ),
  );
  const cpuTotal =
    processes.length > 0
      ? [figure('cpu', `${cpuLabel}: in total`, 'less', (measured) => perUnits(measured, totalCpu(measured)))]
      : [];
  const latencies = rounds.some(({ ours }) => ours.latenciesMs.length > 0)
    ? Object.entries(PERCENTILES).map(([name, share]) =>
        figure(name, `ms, ${name}`, 'less', ({ latenciesMs }) => percentile(latenciesMs, share)),
      )
    : [];
  const named = new Map(rounds.flatMap(({ ours }) => ours.figures).map((each) => [each.name, each]));
  const further = [...named.values()].map(({ name, unit: of, better }) =>
    figure(
      name,
      `${name}, ${of}`,
      better,
      ({ figures }) => figures.find((each) => each.name === name)?.value ?? Number.NaN,
    ),
  );
  const memory = namesIn(rounds, ({ peakMiB }) => peakMiB.keys()).map((name) =>
    figure(
      `memory of ${name}`,
      `peak MiB: ${name}`,
      'less',
      ({ peakMiB }) => peakMiB.get(name) ?? Number.NaN,
    ),
  );
  return [...speed, ...latencies, ...cpuTotal, ...cpu, ...further, ...memory];
}

const totalCpu = ({ cpuSeconds }: Measured): number =>
  cpuSeconds.size === 0 ? Number.NaN : [...cpuSeconds.values()].reduce((sum, each) => sum + each, 0);

/** The median; of an even number of values, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
  return (lower + upper) / 2;
}

/** The least value that so great a share of all does not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).toSorted();
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

function namesIn(rounds: readonly Round[], of: (measured: Measured) => Iterable<string>): string[] {
  const all = rounds.flatMap(({ ours, others }) => [ours, ...others]);
  return [...new Set(all.flatMap((measured) => Array.from(of(measured))))];
}

const valueOf = (measured: Measured | undefined, of: (measured: Measured) => number): number =>
  measured === undefined ? Number.NaN : of(measured);
