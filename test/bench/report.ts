import type { Benchmark, Measured, Round } from './compare.ts';

/** A row of the report: a figure of both as medians of the rounds, and how many times better ours is. */
interface Row {
  readonly figure: string;
  readonly ours: number;
  readonly other: number;
  readonly ratios: readonly number[];
}

/**
 * A benchmark's rounds as lines of text. A ratio is taken within each round. Above 1, ours is better: more units a
 * second, or less CPU for each.
 */
export function reportOf(benchmark: Benchmark, rounds: readonly Round[]): string {
  const { name, work, ours, other } = benchmark;
  const heads = ['', ours.name, other.name, 'times better (rounds)'];
  const rows = rowsOf(benchmark, rounds).map((row) => [
    row.figure,
    formatted(row.ours),
    formatted(row.other),
    `${formatted(median(row.ratios))} (${formatted(Math.min(...row.ratios))} to ${formatted(Math.max(...row.ratios))})`,
  ]);
  const widths = heads.map((_, column) =>
    Math.max(...[heads, ...rows].map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('   ');
  return [
    `${name}: ${work}, ${rounds.length} rounds`,
    ...[heads, ...rows].map((row) => `  ${line(row)}`),
  ].join('\n');
}

function rowsOf({ unit, count, cpuPer }: Benchmark, rounds: readonly Round[]): Row[] {
  const rate = ({ seconds }: Measured): number => count / seconds;
  const speed: Row = {
    figure: `${unit}s a second`,
    ours: median(rounds.map((round) => rate(round.ours))),
    other: median(rounds.map((round) => rate(round.other))),
    ratios: rounds.map((round) => rate(round.ours) / rate(round.other)),
  };
  const processes = [...(rounds[0]?.ours.cpuSeconds.keys() ?? [])];
  const units = cpuPer === 1 ? unit : `${cpuPer.toLocaleString('en-US')} ${unit}s`;
  const cpu = processes.map((process): Row => {
    const used = ({ cpuSeconds }: Measured): number =>
      ((cpuSeconds.get(process) ?? Number.NaN) / count) * cpuPer;
    return {
      figure: `CPU-s for ${units}: ${process}`,
      ours: median(rounds.map((round) => used(round.ours))),
      other: median(rounds.map((round) => used(round.other))),
      ratios: rounds.map((round) => used(round.other) / used(round.ours)),
    };
  });
  return [speed, ...cpu];
}

/** The median; of an even number of values, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
  return (lower + upper) / 2;
}

/** Three significant digits, with thousands separators. */
function formatted(value: number): string {
  return Number.isFinite(value)
    ? value.toLocaleString('en-US', { maximumSignificantDigits: 3 })
    : 'not measured';
}
