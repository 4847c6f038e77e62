import { cpuSecondsOf } from './cpu.ts';

/** One of the two that a benchmark compares. */
export interface Candidate {
  /** The heading of its column. */
  readonly name: string;
  /** Does all the work once. It calls `measure` around the work itself, so that the preparation is not measured. */
  run(measure: Measure): Promise<void>;
}

/** Measures the work, once in each run. @param pids of the processes whose CPU counts, by their names in the report */
export type Measure = (pids: Readonly<Record<string, number>>, work: () => Promise<void>) => Promise<void>;

/** Compares our way with a named alternative, which does the same work on the same servers. */
export interface Benchmark {
  readonly name: string;
  /** What a run works on, for the report: `500,000 calls in 8 partitions`. */
  readonly work: string;
  /** The unit that is counted, and how many of them a run does. */
  readonly unit: string;
  readonly count: number;
  /** The report shows CPU for so many units. */
  readonly cpuPer: number;
  readonly rounds: number;
  readonly ours: Candidate;
  readonly other: Candidate;
  /** Closes the connections. The data stays on the servers. */
  close(): Promise<void>;
}

/** The figures of one run. */
export interface Measured {
  readonly seconds: number;
  readonly cpuSeconds: ReadonlyMap<string, number>;
}

export interface Round {
  readonly ours: Measured;
  readonly other: Measured;
}

/**
 * Runs both in turn and alternates which begins, so that neither always meets the colder caches or the busier moment.
 * On a shared machine only what ran side by side can be compared.
 * @param now monotonic milliseconds
 * @param onRound gets the number of each round as it begins
 */
export async function compare(
  { rounds, ours, other }: Benchmark,
  now: () => number,
  onRound: (round: number) => void,
): Promise<Round[]> {
  const done: Round[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    onRound(round);
    const oursFirst = round % 2 === 1 ? await runOf(ours, now) : undefined;
    const others = await runOf(other, now);
    done.push({ ours: oursFirst ?? (await runOf(ours, now)), other: others });
  }
  return done;
}

async function runOf(candidate: Candidate, now: () => number): Promise<Measured> {
  let measured: Measured | undefined;
  await candidate.run(async (pids, work) => {
    if (measured) throw new Error(`${candidate.name}: a run may measure only once.`);
    const before = cpuOf(pids);
    const started = now();
    await work();
    const seconds = (now() - started) / 1_000;
    const after = cpuOf(pids);
    const cpuSeconds = [...after].map(([name, cpu]) => [name, cpu - (before.get(name) ?? 0)] as const);
    measured = { seconds, cpuSeconds: new Map(cpuSeconds) };
  });
  if (!measured) throw new Error(`${candidate.name}: nothing was measured.`);
  return measured;
}

function cpuOf(pids: Readonly<Record<string, number>>): Map<string, number> {
  const all = Object.entries(pids).map(([name, pid]) => [name, cpuSecondsOf(pid)] as const);
  return new Map(all.flatMap(([name, cpu]) => (cpu === undefined ? [] : [[name, cpu] as const])));
}
