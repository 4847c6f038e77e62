import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning, readProcessRecord } from '../../deploy/local/process-record.ts';
import { signalProcess } from '../../deploy/local/process-identity.ts';
import { startConsumer } from '../consumers/consumer-process.ts';
import type { Fault, Victim } from './plan.ts';

/** What a fault does, for people. */
export function wordsFor({ kind, victim, forMs }: Fault): string {
  const seconds = `${(forMs / 1_000).toFixed(1)} s`;
  switch (kind) {
    case 'kill':
      return `${victim} killed`;
    case 'freeze':
      return `${victim} held for ${seconds}`;
    case 'join':
      return `another ${victim} joins, killed after ${seconds}`;
    case 'redeliver':
      return `everything delivered again to a fresh group, killed after ${seconds}`;
  }
  throw new Error('no such fault');
}

/**
 * Lets one fault happen; ends when it is over, not when it is mended.
 * @param dataDir of the stack, whose processes are signalled
 * @param settings that make a consumer one of the stack
 * @returns false where the process did not run just then
 */
export async function inject(
  { kind, victim, forMs, atMs }: Fault,
  dataDir: string,
  settings: Readonly<Record<string, string>>,
): Promise<boolean> {
  if (kind === 'join' || kind === 'redeliver') {
    const group = kind === 'redeliver' ? { CONSUMER_GROUP: `again-${atMs}` } : {};
    const consumer = startConsumer({ ...settings, ...group });
    await sleep(forMs);
    await consumer.kill();
    return true;
  }
  if (!signal(dataDir, victim, kind === 'kill' ? 'SIGKILL' : 'SIGSTOP')) return false;
  if (kind === 'freeze') {
    await sleep(forMs);
    signal(dataDir, victim, 'SIGCONT');
  }
  return true;
}

/** @returns whether the process ran. By the stack's own record: never a later process with the same pid. */
function signal(dataDir: string, victim: Victim, name: NodeJS.Signals): boolean {
  const recorded = readProcessRecord(join(dataDir, 'pids', `${victim}.json`));
  if (!recorded || !isRunning(recorded)) return false;
  signalProcess(recorded.pid, name);
  return true;
}
