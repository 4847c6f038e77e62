import { cpuSecondsOf } from './cpu.ts';

/** What is measured, or what it is measured against. */
export interface Candidate {
  /** As it stands above its column. */
  readonly name: string;
  /** Does all the work once. What it must get ready is not measured: it calls `measure` around the work itself. */
  run(measure: Measure): Promise<void>;
}

/** Runs the work; once in each run. @param pids whose CPU counts, under the names that the report shows. */
export type Measure = (pids: Readonly<Record<string, number>>, work: () => Promise<void>) => Promise<void>;

/** Ours and a named alternative, which do the same work on the same servers. */
export interface Benchmark {
  readonly name: string;
  /** What a run works on, for the report: `500,000 calls in 8 partitions`. */
  readonly work: string;
  /** What is counted, and how many of them a run does. */
  readonly unit: string;
  readonly count: number;
  /** CPU is shown for so many units. */
  readonly cpuPer: number;
  readonly rounds: number;
  readonly ours: Candidate;
  readonly other: Candidate;
  /** Ends the connections; the data stay the servers'. */
  close(): Promise<void>;
}

/** Of one run. */
export interface Measured {
  readonly seconds: number;
  readonly cpuSeconds: ReadonlyMap<string, number>;
}

export interface Round {
  readonly ours: Measured;
  readonly other: Measured;
}

/**
 * Runs both in turn, the one that begins changing with each round, so that neither always meets the colder caches or
 * the busier moment: on a shared machine only what ran side by side can be compared.
 * @param now monotonic milliseconds
 * @param onRound is told which round begins
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
    if (measured) throw new Error(`${candidate.name}: a run measures once.`);
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
