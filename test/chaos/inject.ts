import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../deploy/local/until.ts';
import { isRunning, readProcessRecord } from '../../deploy/local/process-record.ts';
import { signalProcess } from '../../deploy/local/process-identity.ts';
import { startConsumer } from '../consumers/consumer-process.ts';
import type { Fault, Victim } from './plan.ts';

/** What a fault does, for people. */
export function wordsFor({ kind, victim, forMs, brokers }: Fault): string {
  const seconds = `${(forMs / 1_000).toFixed(1)} s`;
  const who = brokers ? brokers.map((broker) => `${victim}-${broker + 1}`).join(' and ') : victim;
  switch (kind) {
    case 'kill':
      return forMs === 0 ? `${who} killed` : `${who} killed, away for ${seconds}`;
    case 'freeze':
      return `${who} held for ${seconds}`;
    case 'join':
      return `another ${victim} joins, killed after ${seconds}`;
    case 'redeliver':
      return `everything delivered again to a fresh group, killed after ${seconds}`;
    case 'rival':
      return `another ${victim} beside the first, killed after ${seconds}`;
  }
  throw new Error('no such fault');
}

/**
 * Lets one fault of the stack's processes happen; ends when it is over, not when it is mended.
 * @param dataDir of the stack, whose processes are signalled
 * @param settings that make a consumer one of the stack
 * @returns false where it did not come about: the process was not running just then, or did not get to work
 */
export async function inject(
  { kind, victim, forMs, atMs }: Fault,
  dataDir: string,
  settings: Readonly<Record<string, string>>,
): Promise<boolean> {
  switch (kind) {
    case 'join':
      return runBeside({ ...settings }, CONSUMER, forMs);
    case 'redeliver':
      return runBeside({ ...settings, CONSUMER_GROUP: `again-${atMs}` }, CONSUMER, forMs);
    case 'rival':
      return runBeside({ ...settings }, AGGREGATOR, forMs);
    case 'kill':
      return signal(dataDir, victim, 'SIGKILL');
    case 'freeze':
      if (!signal(dataDir, victim, 'SIGSTOP')) return false;
      await sleep(forMs);
      signal(dataDir, victim, 'SIGCONT');
      return true;
  }
  throw new Error('no such fault');
}

/** @returns whether the process ran. By the stack's own record: never a later process with the same pid. */
function signal(dataDir: string, victim: Victim, name: NodeJS.Signals): boolean {
  const recorded = readProcessRecord(join(dataDir, 'pids', `${victim}.json`));
  if (!recorded || !isRunning(recorded)) return false;
  signalProcess(recorded.pid, name);
  return true;
}

const CONSUMER = { program: 'dist/consumers/main.js', worksWhen: 'partitions assigned' };
const AGGREGATOR = { program: 'dist/aggregator/main.js', worksWhen: 'aggregator started' };
/** Kafka or ClickHouse may be away just now. */
const WORKS_WITHIN_MS = 10_000;

/** Kills it some time after it has got to work. */
async function runBeside(
  settings: Readonly<Record<string, string>>,
  { program, worksWhen }: typeof CONSUMER,
  forMs: number,
): Promise<boolean> {
  const child = startConsumer(settings, program);
  const works = await until(() => child.log().includes(worksWhen), WORKS_WITHIN_MS);
  if (works) await sleep(forMs);
  await child.kill();
  return works;
}
