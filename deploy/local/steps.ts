import type { StepTime } from './summary.ts';

/** Runs one step of the start, prints a notice while it takes long, and records how long it took. */
export type Step = <Result>(title: string, work: () => Promise<Result>) => Promise<Result>;

export interface Steps {
  readonly step: Step;
  readonly stepTimes: readonly StepTime[];
}

const FIRST_NOTICE_MS = 2_000;
const NOTICE_INTERVAL_MS = 10_000;

/** @param say prints a line; @param now epoch milliseconds */
export function createSteps(print: (line: string) => void, now: () => number): Steps {
  const stepTimes: StepTime[] = [];
  const step: Step = async (title, work) => {
    const startedAt = now();
    const seconds = (): string => ((now() - startedAt) / 1_000).toFixed(1);
    let timer = setTimeout(() => {
      print(`${title} ...`);
      timer = setInterval(() => print(`${title}: ${seconds()} s so far`), NOTICE_INTERVAL_MS);
    }, FIRST_NOTICE_MS);
    try {
      const result = await work();
      stepTimes.push({ step: title, ms: now() - startedAt });
      return result;
    } finally {
      clearTimeout(timer);
    }
  };
  return { step, stepTimes };
}
