import { join } from 'node:path';
import { projectRoot } from '../../schemas/root.ts';
import { lastLines, startChild } from './child.ts';
import { serverDidNotStart } from './errors.ts';
import { supervise, type Running, type Supervised, type Watch } from './supervise.ts';
import { until } from './until.ts';

/** In the order of their start; they stop in the opposite one. */
export const STAGES = ['consumer', 'aggregator', 'api'] as const;
export type Stage = (typeof STAGES)[number];

const MAINS: Record<Stage, string> = {
  consumer: 'consumers/main.ts',
  aggregator: 'aggregator/main.ts',
  api: 'api/main.ts',
};
const STOP_WITHIN_MS = 4_000;
const ANSWERS_WITHIN_MS = 30_000;

/** Starts one process of the pipeline, told everything by its environment, and restarts it when it dies. */
export function superviseStage(
  stage: Stage,
  dataDir: string,
  env: Readonly<Record<string, string>>,
  watch: Watch,
): Promise<Supervised<Running>> {
  return supervise({
    name: stage,
    start: async () => {
      const child = await startChild({
        name: stage,
        command: process.execPath,
        args: [join(projectRoot(), MAINS[stage])],
        env,
        dataDir,
      });
      return { ...child, stop: () => child.stop(STOP_WITHIN_MS) };
    },
    ...watch,
  });
}

/** Waits until the API answers. @throws LocalStackError with the end of its log */
export async function untilApiAnswers(url: string, logFile: string): Promise<void> {
  if (await until(() => isUp(url), ANSWERS_WITHIN_MS)) return;
  throw serverDidNotStart(
    'The API',
    `did not answer within ${ANSWERS_WITHIN_MS / 1_000} s`,
    logFile,
    lastLines(logFile),
  );
}

async function isUp(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false; // not yet
  }
}
