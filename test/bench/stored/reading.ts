import type { Candidate } from '../benchmark.ts';
import { timed } from './timed.ts';

interface Reading {
  readonly name: string;
  /** Reads what every candidate reads too, for the same credits. */
  readonly known: () => Promise<number>;
  readonly read: () => Promise<number>;
  /** Reads before those that are measured, after the known one. */
  readonly warmUps: number;
  readonly reads: number;
  readonly pids: Readonly<Record<string, number>>;
}

/** Reads credits one after the other. @param found the credits that candidates before it have read */
export function reading(found: Set<number>, { name, known, read, warmUps, reads, pids }: Reading): Candidate {
  return {
    name,
    run: async (measure) => {
      found.add(await known());
      if (found.size > 1) throw new Error(`${name} reads other credits: ${[...found].join(', ')}`);
      for (let done = 0; done < warmUps; done += 1) await read();
      await measure(pids, async () => ({ latenciesMs: await timed(reads, () => read()) }));
    },
  };
}
