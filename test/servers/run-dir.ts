import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { lockDataDir } from '../../deploy/local/data-dir-lock.ts';
import { LocalStackError } from '../../deploy/local/errors.ts';
import { endLeftovers } from '../../deploy/local/pid-record.ts';
import { projectRoot } from '../../schemas/root.ts';

/**
 * A directory for the data of one test run, so that several runs in a checkout do not meet.
 * What a killed run left behind, processes and data, is ended and removed first.
 */
export async function openRunDir(): Promise<string> {
  const all = join(projectRoot(), '.data-test');
  mkdirSync(all, { recursive: true });
  for (const name of readdirSync(all)) await removeIfDead(join(all, name));
  const dir = join(all, `run-${process.pid}`);
  mkdirSync(dir);
  lockDataDir(dir);
  return dir;
}

export function removeRunDir(dir: string): void {
  rmSync(dir, { recursive: true, force: true });
}

async function removeIfDead(dir: string): Promise<void> {
  try {
    lockDataDir(dir);
  } catch (error) {
    if (error instanceof LocalStackError && error.code === 'DATA_DIR_IN_USE') return;
    throw error;
  }
  await endRunDir(dir);
}

/** Ends every process recorded in a run's directory, and removes it. */
export async function endRunDir(dir: string): Promise<void> {
  for (const dataDir of dataDirsIn(dir)) await endLeftovers(dataDir);
  removeRunDir(dir);
}

/** The run's own and those of the servers that suites started for themselves, one level below. */
function dataDirsIn(runDir: string): string[] {
  const below = readdirSync(runDir).map((name) => join(runDir, name));
  return [runDir, ...below].filter((dir) => existsSync(join(dir, 'pids')));
}
