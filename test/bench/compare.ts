import type { Benchmark, Candidate, Measured, Observed, Round } from './benchmark.ts';
import { cpuSecondsOf } from './cpu.ts';
import { forgetPeakOf, peakMiBOf } from './memory.ts';

/**
 * Runs all candidates in each round and rotates which begins, so that none always meets the colder caches or the busier
 * moment. On a shared machine only what ran side by side can be compared.
 * @param now monotonic milliseconds
 * @param onRun gets the number of each round and the name of each candidate as it begins
 */
export async function compare(
  { rounds, count, ours, others }: Benchmark,
  now: () => number,
  onRun: (round: number, name: string) => void,
): Promise<Round[]> {
  const all = [ours, ...others];
  const done: Round[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const measured = new Map<Candidate, Measured>();
    for (let step = 0; step < all.length; step += 1) {
      const candidate = all[(round - 1 + step) % all.length] ?? ours;
      onRun(round, candidate.name);
      measured.set(candidate, await runOf(candidate, count, now));
    }
    const of = (candidate: Candidate): Measured => {
      const figures = measured.get(candidate);
      if (!figures) throw new Error(`${candidate.name} did not run.`);
      return figures;
    };
    done.push({ ours: of(ours), others: others.map(of) });
  }
  return done;
}

async function runOf(candidate: Candidate, count: number, now: () => number): Promise<Measured> {
  let measured: Measured | undefined;
  await candidate.run(async (pids, work) => {
    Object.values(pids).forEach(forgetPeakOf);
    const before = readEach(pids, cpuSecondsOf);
    const started = now();
    const observed: Observed = (await work()) ?? {};
    const seconds = observed.seconds ?? (now() - started) / 1_000;
    const after = readEach(pids, cpuSecondsOf);
    measured = {
      seconds,
      count: observed.count ?? count,
      cpuSeconds: new Map([
        ...[...after].map(([name, cpu]) => [name, cpu - (before.get(name) ?? 0)] as const),
        ...Object.entries(observed.cpuSeconds ?? {}),
      ]),
      peakMiB: readEach(pids, peakMiBOf),
      latenciesMs: observed.latenciesMs ?? [],
      figures: observed.figures ?? [],
    };
  });
  if (!measured) throw new Error(`${candidate.name}: nothing was measured.`);
  return measured;
}

/** What can be read of each process, by its name. */
function readEach(
  pids: Readonly<Record<string, number>>,
  read: (pid: number) => number | undefined,
): Map<string, number> {
  const all = Object.entries(pids).map(([name, pid]) => [name, read(pid)] as const);
  return new Map(all.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])));
}
