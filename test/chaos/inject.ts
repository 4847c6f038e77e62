import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning, readProcessRecord } from '../../deploy/local/process-record.ts';
import { signalProcess } from '../../deploy/local/process-identity.ts';
import { startConsumer } from '../consumers/consumer-process.ts';
import type { Fault, Victim } from './plan.ts';

/**
 * Lets one fault happen; ends when it is over, not when it is mended.
 * @param dataDir of the stack, whose processes are signalled
 * @param settings that make a consumer one of the stack
 * @returns what happened, for people
 */
export async function inject(
  fault: Fault,
  dataDir: string,
  settings: Readonly<Record<string, string>>,
): Promise<string> {
  const { kind, victim, forMs } = fault;
  const seconds = `${(forMs / 1_000).toFixed(1)} s`;
  if (kind === 'join') {
    await anotherConsumer(settings, forMs);
    return `another consumer joined, and was killed after ${seconds}`;
  }
  if (kind === 'redeliver') {
    await anotherConsumer({ ...settings, CONSUMER_GROUP: `again-${fault.atMs}` }, forMs);
    return `delivered again to a fresh group for ${seconds}`;
  }
  if (!signal(dataDir, victim, kind === 'kill' ? 'SIGKILL' : 'SIGSTOP')) return `${victim} was not running`;
  if (kind === 'kill') return `${victim} killed`;
  await sleep(forMs);
  signal(dataDir, victim, 'SIGCONT');
  return `${victim} held for ${seconds}`;
}

/** @returns whether the process ran. By the stack's own record: never a later process with the same pid. */
function signal(dataDir: string, victim: Victim, name: NodeJS.Signals): boolean {
  const recorded = readProcessRecord(join(dataDir, 'pids', `${victim}.json`));
  if (!recorded || !isRunning(recorded)) return false;
  signalProcess(recorded.pid, name);
  return true;
}

async function anotherConsumer(settings: Readonly<Record<string, string>>, forMs: number): Promise<void> {
  const consumer = startConsumer(settings);
  await sleep(forMs);
  await consumer.kill();
}
