import { messageOf } from '../../platform/command-line/command.ts';
import { compare } from './compare.ts';
import type { Places, Plan, Size } from './plan.ts';
import type { Outcome } from './results-file.ts';

export interface Output {
  /** Each benchmark as it ends. */
  readonly onOutcome: (outcome: Outcome) => void;
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
    onOutcome(outcome);
  };
  for (const [name, { open }] of Object.entries(plans)) {
    progress(`${name}: preparing`);
    try {
      for (const benchmark of await open(places, size)) {
        const onRun = (round: number, candidate: string): void =>
          progress(`${benchmark.name}: round ${round} of ${benchmark.rounds}, ${candidate}`);
        try {
          const rounds = await compare(benchmark, () => performance.now(), onRun);
          add({ name: benchmark.name, benchmark, rounds });
        } catch (error) {
          add({ name: benchmark.name, error: messageOf(error) });
        } finally {
          await benchmark.close();
        }
      }
    } catch (error) {
      add({ name, error: messageOf(error) });
    }
  }
  return outcomes;
}
