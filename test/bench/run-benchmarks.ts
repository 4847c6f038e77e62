import { messageOf } from '../../platform/command-line/command.ts';
import type { Benchmark } from './benchmark.ts';
import { compare } from './compare.ts';
import { figuresOf } from './figures.ts';
import type { Places, Plan, Size } from './plan.ts';
import type { Outcome } from './results-file.ts';
import { judge } from './targets.ts';

export interface Output {
  /** Each benchmark as it ends, and all that have ended: a long run may be interrupted. */
  readonly onOutcome: (outcome: Outcome, all: readonly Outcome[]) => void;
  readonly progress: (text: string) => void;
}

/**
 * Runs benchmarks one after the other. One that fails does not keep the others from running.
 * @returns all outcomes
 */
export async function runBenchmarks(
  plans: Readonly<Record<string, Plan>>,
  places: Places,
  size: Size,
  { onOutcome, progress }: Output,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const add = (outcome: Outcome): void => {
    outcomes.push(outcome);
    onOutcome(outcome, outcomes);
  };
  for (const [name, { open }] of Object.entries(plans)) {
    progress(`${name}: preparing`);
    try {
      for (const benchmark of await open(places, size)) add(await runOne(benchmark, places, progress));
    } catch (error) {
      add({ name, error: messageOf(error) });
    }
  }
  return outcomes;
}

async function runOne(
  benchmark: Benchmark,
  { untilQuiet }: Places,
  progress: Output['progress'],
): Promise<Outcome> {
  const { name } = benchmark;
  const onRun = (round: number, candidate: string): void =>
    progress(`${name}: round ${round} of ${benchmark.rounds}, ${candidate}`);
  try {
    await untilQuiet();
    const rounds = await compare(benchmark, () => performance.now(), onRun);
    // A target that names nothing is found here, not when the results are written.
    judge(benchmark, figuresOf(benchmark, rounds));
    return { name, benchmark, rounds };
  } catch (error) {
    return { name, error: messageOf(error) };
  } finally {
    await benchmark.close();
  }
}
