import { table } from '../../cli/table.ts';
import type { Benchmark, Round } from './benchmark.ts';
import { figuresOf, type Compared } from './figures.ts';
import { judge, type Judged } from './targets.ts';

/** A benchmark's rounds as lines of text: every figure, then what its targets say. */
export function reportOf(benchmark: Benchmark, rounds: readonly Round[]): string {
  const { name, work, ours, others } = benchmark;
  const figures = figuresOf(benchmark, rounds);
  const header = ['', ours.name, ...others.flatMap((other) => [other.name, 'times better (rounds)'])];
  const rows = figures.map((figure) => [
    figure.label,
    formatted(figure.ours),
    ...figure.others.flatMap((other) => [formatted(other.value), timesOf(other)]),
  ]);
  return [
    `${name}: ${work}, ${rounds.length} rounds`,
    ...table(rows, header),
    ...judge(benchmark, figures).map((judged) => `  ${targetLine(judged)}`),
  ].join('\n');
}

function targetLine({ target, figure, reached, met }: Judged): string {
  const { against, atLeast, aim } = target;
  const what = against === undefined ? figure.label : `${figure.label}, times better than ${against}`;
  const limits = [
    ...(atLeast === undefined ? [] : [`at least ${formatted(atLeast)}`]),
    ...(aim === undefined ? [] : [`aim ${formatted(aim)}`]),
  ];
  return `${met === 'no' ? 'NOT MET' : `met (${met})`}: ${what}: ${formatted(reached)}; ${limits.join(', ')}`;
}

/** `2.5 (2.1 to 2.8)`: the median of the rounds' ratios, and the least and the greatest. */
export const timesOf = ({ times, least, most }: Compared): string =>
  `${formatted(times)} (${formatted(least)} to ${formatted(most)})`;

/** Three significant digits, with thousands separators. */
export function formatted(value: number): string {
  return Number.isFinite(value) ? value.toLocaleString('en-US', { maximumSignificantDigits: 3 }) : '-';
}
