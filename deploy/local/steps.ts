import type { Took } from './summary.ts';

/** Does a piece of the start, says so when it takes long, and remembers how long it took. */
export type Step = <Result>(title: string, work: () => Promise<Result>) => Promise<Result>;

export interface Steps {
  readonly step: Step;
  readonly took: readonly Took[];
}

const FIRST_WORD_MS = 2_000;
const NEXT_WORD_MS = 10_000;

/** @param say prints a line; @param now epoch milliseconds */
export function createSteps(say: (line: string) => void, now: () => number): Steps {
  const took: Took[] = [];
  const step: Step = async (title, work) => {
    const startedAt = now();
    const seconds = (): string => ((now() - startedAt) / 1_000).toFixed(1);
    let timer = setTimeout(() => {
      say(`${title} ...`);
      timer = setInterval(() => say(`${title}: ${seconds()} s so far`), NEXT_WORD_MS);
    }, FIRST_WORD_MS);
    try {
      const result = await work();
      took.push({ step: title, ms: now() - startedAt });
      return result;
    } finally {
      clearTimeout(timer);
    }
  };
  return { step, took };
}
