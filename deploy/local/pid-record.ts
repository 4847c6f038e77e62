import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { processIdentity, signalProcess } from './process-identity.ts';
import { isRunning, readProcessRecord, type ProcessRecord } from './process-record.ts';
import { until } from './until.ts';

/** How long a process may take to stop before it is killed, and a killed one to be gone. */
const END_WITHIN_MS = 5_000;

/**
 * Records a started process in DATA_DIR/pids/NAME.json, so that the next start ends what a killed parent left
 * running, and nothing else.
 */
export function recordPid(dataDir: string, name: string, pid: number): void {
  const identity = processIdentity(pid);
  // It has exited already: there is nothing to end later.
  if (identity === undefined) return;
  const record: ProcessRecord = { pid, identity };
  mkdirSync(pidsOf(dataDir), { recursive: true });
  writeFileSync(fileOf(dataDir, name), JSON.stringify(record));
}

export function forgetPid(dataDir: string, name: string): void {
  rmSync(fileOf(dataDir, name), { force: true });
}

/** Ends what an earlier parent left running. @returns the names of those that still ran */
export async function endLeftovers(dataDir: string, killAfterMs = END_WITHIN_MS): Promise<string[]> {
  const ended = await Promise.all(
    recordedNames(dataDir).map(async (name) => {
      const recorded = readProcessRecord(fileOf(dataDir, name));
      const wasAlive = recorded !== undefined && isRunning(recorded);
      if (wasAlive) await end(recorded, killAfterMs);
      forgetPid(dataDir, name);
      return wasAlive ? [name] : [];
    }),
  );
  return ended.flat();
}

/** Kills them and does not wait. */
export function killLeftovers(dataDir: string): void {
  for (const name of recordedNames(dataDir)) {
    const recorded = readProcessRecord(fileOf(dataDir, name));
    if (recorded && isRunning(recorded)) signalProcess(recorded.pid, 'SIGKILL');
  }
}

async function end(recorded: ProcessRecord, killAfterMs: number): Promise<void> {
  signalProcess(recorded.pid, 'SIGTERM');
  if (await until(() => !isRunning(recorded), killAfterMs)) return;
  signalProcess(recorded.pid, 'SIGKILL');
  await until(() => !isRunning(recorded), END_WITHIN_MS);
}

function recordedNames(dataDir: string): string[] {
  mkdirSync(pidsOf(dataDir), { recursive: true });
  return readdirSync(pidsOf(dataDir)).map((file) => file.replace(/\.json$/, ''));
}

const pidsOf = (dataDir: string): string => join(dataDir, 'pids');
const fileOf = (dataDir: string, name: string): string => join(pidsOf(dataDir), `${name}.json`);
