import { Type, type Static } from 'typebox';
import { table } from '../../cli/table.ts';
import type { Benchmark, Round } from './benchmark.ts';
import { figuresOf, type Compared, type Figure } from './figures.ts';
import { formatted, timesOf } from './report.ts';
import { judge, type Judged } from './targets.ts';

/** A row of the table of all benchmarks, as text. */
export const SummaryRow = Type.Object({
  benchmark: Type.String(),
  figure: Type.String(),
  ours: Type.String(),
  alternative: Type.String(),
  theirs: Type.String(),
  times_better: Type.String(),
  at_least: Type.String(),
  aim: Type.String(),
  met: Type.String(),
});
export type SummaryRow = Static<typeof SummaryRow>;

const HEADER = [
  'benchmark',
  'figure',
  'ours',
  'alternative',
  'theirs',
  'times better (rounds)',
  'at least',
  'aim',
  'met',
];
/** Shown of every benchmark that has them; every other figure only where a target names it. */
const HEADLINES: ReadonlySet<string> = new Set(['speed', 'p50', 'p99', 'cpu']);

/** The rows of one benchmark: its headline figures against each alternative, and its targets. */
export function summaryRows(benchmark: Benchmark, rounds: readonly Round[]): SummaryRow[] {
  const figures = figuresOf(benchmark, rounds);
  const judged = judge(benchmark, figures);
  const targetsOf = (figure: Figure, against: string | undefined): Judged[] =>
    judged.filter((each) => each.figure === figure && each.target.against === against);
  return figures.flatMap((figure) => {
    const isHeadline = HEADLINES.has(figure.key);
    const against = figure.others.flatMap((other) =>
      orHeadline(targetsOf(figure, other.name), isHeadline).map((target) =>
        rowOf(benchmark, figure, other, target),
      ),
    );
    const alone = orHeadline(targetsOf(figure, undefined), isHeadline && figure.others.length === 0);
    return alone.map((target) => rowOf(benchmark, figure, undefined, target)).concat(against);
  });
}

/** A row for each target, or one without a target where the figure is shown anyway. */
const orHeadline = (targets: readonly Judged[], isHeadline: boolean): readonly (Judged | undefined)[] =>
  targets.length === 0 && isHeadline ? [undefined] : targets;

function rowOf(
  { name }: Benchmark,
  figure: Figure,
  other: Compared | undefined,
  judged: Judged | undefined,
): SummaryRow {
  return {
    benchmark: name,
    figure: figure.label,
    ours: formatted(figure.ours),
    alternative: other?.name ?? '',
    theirs: other ? formatted(other.value) : '',
    times_better: other ? timesOf(other) : '',
    at_least: limitText(judged?.target.atLeast),
    aim: limitText(judged?.target.aim),
    met: judged?.met ?? '',
  };
}

/** The rows as aligned text. */
export const summaryText = (rows: readonly SummaryRow[]): string =>
  table(rows.map(cellsOf), HEADER).join('\n');

/** The rows as a Markdown table, for BENCHMARKS.md. */
export function summaryMarkdown(rows: readonly SummaryRow[]): string {
  return [HEADER, HEADER.map(() => '---'), ...rows.map(cellsOf)].map(markdownLine).join('\n');
}

const markdownLine = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

const limitText = (value: number | undefined): string => (value === undefined ? '' : formatted(value));

const cellsOf = (row: SummaryRow): string[] => [
  row.benchmark,
  row.figure,
  row.ours,
  row.alternative,
  row.theirs,
  row.times_better,
  row.at_least,
  row.aim,
  row.met,
];
