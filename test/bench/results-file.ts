import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';
import { projectRoot } from '../../schemas/root.ts';
import type { Benchmark, Measured, Round } from './benchmark.ts';
import { figuresOf, percentile } from './figures.ts';
import { Machine } from './machine.ts';
import type { Size } from './plan.ts';
import { summaryRows, SummaryRow } from './summary.ts';
import { judge } from './targets.ts';

/** A benchmark that ran, or why it did not. */
export type Outcome =
  | { readonly name: string; readonly benchmark: Benchmark; readonly rounds: readonly Round[] }
  | { readonly name: string; readonly error: string };

/** What `--markdown` needs of the file. */
const Recorded = Type.Object({
  machine: Machine,
  size: Type.String(),
  failed: Type.Array(Type.Object({ name: Type.String(), error: Type.String() })),
  table: Type.Array(SummaryRow),
});

/** Beside what else is built; `npm run bench` replaces it. */
export const resultsPath = (): string => join(projectRoot(), 'dist', 'bench.json');

export function writeResults(machine: Machine, size: Size, outcomes: readonly Outcome[]): void {
  mkdirSync(dirname(resultsPath()), { recursive: true });
  writeFileSync(resultsPath(), `${JSON.stringify(resultsOf(machine, size, outcomes), undefined, 2)}\n`);
}

/** @throws where the file is not there, or not of this version */
export function readResults(): Static<typeof Recorded> {
  const results: unknown = JSON.parse(readFileSync(resultsPath(), 'utf8'));
  return Value.Parse(Recorded, results);
}

/** The shape of dist/bench.json. What was not measured is null. */
export function resultsOf(machine: Machine, size: Size, outcomes: readonly Outcome[]): object {
  const done = outcomes.flatMap((outcome) => ('benchmark' in outcome ? [outcome] : []));
  const failed = outcomes.flatMap((outcome) => ('error' in outcome ? [outcome] : []));
  return {
    machine,
    size,
    failed,
    table: done.flatMap(({ benchmark, rounds }) => summaryRows(benchmark, rounds)),
    benchmarks: done.map(({ benchmark, rounds }) => benchmarkResults(benchmark, rounds)),
  };
}

function benchmarkResults(benchmark: Benchmark, rounds: readonly Round[]): object {
  const { name, work, unit, count, cpuPer, ours, others } = benchmark;
  const figures = figuresOf(benchmark, rounds);
  return {
    name,
    work,
    unit,
    count,
    cpu_per: cpuPer,
    ours: ours.name,
    alternatives: others.map((other) => other.name),
    figures,
    targets: judge(benchmark, figures).map(({ target, reached, met }) => ({
      figure: target.figure,
      against: target.against ?? null,
      at_least: target.atLeast ?? null,
      aim: target.aim ?? null,
      reached,
      met,
    })),
    rounds: rounds.map((round) => ({
      ours: runResults(round.ours),
      alternatives: round.others.map(runResults),
    })),
  };
}

function runResults({ seconds, count, cpuSeconds, peakMiB, latenciesMs, figures }: Measured): object {
  const latency = (share: number): number => percentile(latenciesMs, share);
  return {
    seconds,
    count,
    cpu_seconds: Object.fromEntries(cpuSeconds),
    peak_mib: Object.fromEntries(peakMiB),
    latencies:
      latenciesMs.length === 0
        ? null
        : {
            count: latenciesMs.length,
            p50_ms: latency(0.5),
            p90_ms: latency(0.9),
            p99_ms: latency(0.99),
            max_ms: latency(1),
          },
    figures: figures.map(({ name, unit, value }) => ({ name, unit, value })),
  };
}
