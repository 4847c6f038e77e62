import { linkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { dataDirInUse } from './errors.ts';
import { hasCode } from './error-code.ts';
import { isRunning, ownRecord, readProcessRecord, type ProcessRecord } from './process-record.ts';

const LOOK_AGAIN_MS = 100;

/**
 * One stack to a data directory: DATA_DIR/stack.lock names its process. A lock whose process is gone is taken over.
 * @returns what releases it @throws LocalStackError DATA_DIR_IN_USE
 */
export async function lockDataDir(dataDir: string): Promise<() => void> {
  const lock = join(dataDir, 'stack.lock');
  const mine = ownRecord();
  const release = (): void => {
    if (readProcessRecord(lock)?.pid === mine.pid) rmSync(lock);
  };
  if (created(lock, mine)) return release;
  const holder = readProcessRecord(lock);
  if (holder && isRunning(holder)) throw dataDirInUse(dataDir, holder.pid);
  const winner = await takeOver(lock, mine);
  if (winner !== mine.pid) throw dataDirInUse(dataDir, winner);
  return release;
}

/** By a link, so that the lock never exists without its holder in it. */
function created(lock: string, mine: ProcessRecord): boolean {
  const file = writeOwn(lock, mine);
  try {
    linkSync(file, lock);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  } finally {
    rmSync(file, { force: true });
  }
}

/** Of several that replace a dead holder at the same moment the last one has it: each looks again a little later. */
async function takeOver(lock: string, mine: ProcessRecord): Promise<number> {
  renameSync(writeOwn(lock, mine), lock);
  await sleep(LOOK_AGAIN_MS);
  return readProcessRecord(lock)?.pid ?? mine.pid;
}

function writeOwn(lock: string, mine: ProcessRecord): string {
  const file = `${lock}.${mine.pid}`;
  writeFileSync(file, JSON.stringify(mine));
  return file;
}
