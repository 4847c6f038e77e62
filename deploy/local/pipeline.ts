import { join } from 'node:path';
import { projectRoot } from '../../schemas/root.ts';
import { lastLines, startChild } from './child.ts';
import type { StackRole } from './clickhouse-users.ts';
import { serverDidNotStart } from './errors.ts';
import { supervise, type Running, type Supervised, type Watch } from './supervise.ts';
import { until } from './until.ts';

/** In the order in which they start. They stop in the reverse order. */
export const STAGES = ['consumer', 'aggregator', 'alerts', 'gate', 'api'] as const;
export type Stage = (typeof STAGES)[number];

/** The program of each, by its path from the project's root. */
export const MAINS: Record<Stage, string> = {
  consumer: 'consumers/main.ts',
  aggregator: 'aggregator/main.ts',
  alerts: 'alerts/main.ts',
  gate: 'gate/main.ts',
  api: 'api/main.ts',
};
/** What each may do in the local ClickHouse. */
export const LOGINS: Record<Stage, StackRole> = {
  consumer: 'writer',
  aggregator: 'writer',
  alerts: 'alerts',
  gate: 'gate',
  api: 'reader',
};
/**
 * By default Node lets the heap grow with the memory of the machine: with 24 GiB, an API that read the charges of days
 * one after the other took 403 MiB, with these flags 215, as under the limits of the systemd units and of the chart, by
 * which Node goes there. These reads took a third more CPU. Garbage of the consumer and the gate is short-lived.
 */
const SMALL_HEAP = ['--max-semi-space-size=8', '--max-old-space-size=1024'];
/** Flags of Node. */
export const NODE_FLAGS: Record<Stage, readonly string[]> = {
  consumer: [],
  aggregator: SMALL_HEAP,
  alerts: SMALL_HEAP,
  gate: [],
  api: SMALL_HEAP,
};
const READY_WITHIN_MS = 30_000;

export interface StageOptions {
  /** Names its log and its pid. */
  readonly name: string;
  readonly dataDir: string;
  readonly env: Readonly<Record<string, string>>;
  /** How long a stop may take before the process is killed. */
  readonly killAfterMs: number;
}

/** Starts one process of the pipeline and restarts it when it exits. */
export function superviseStage(
  stage: Stage,
  { name, dataDir, env, killAfterMs }: StageOptions,
  watch: Watch,
): Promise<Supervised<Running>> {
  return supervise({
    name,
    start: async () => {
      const child = await startChild({
        name,
        command: process.execPath,
        args: [...NODE_FLAGS[stage], join(projectRoot(), MAINS[stage])],
        env,
        dataDir,
      });
      return { ...child, stop: () => child.stop(killAfterMs) };
    },
    ...watch,
  });
}

/** Waits until an API answers. @throws LocalStackError SERVER_DID_NOT_START with the end of its log */
export async function untilApiAnswers(url: string, logFile: string): Promise<void> {
  if (await until(() => answersHealth(url), READY_WITHIN_MS)) return;
  throw serverDidNotStart(
    'The API',
    `did not answer within ${READY_WITHIN_MS / 1_000} s`,
    logFile,
    lastLines(logFile),
  );
}

async function answersHealth(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false; // not yet
  }
}
