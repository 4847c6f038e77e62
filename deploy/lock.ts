import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasCode } from './local/error-code.ts';
import { isRunning, ownRecord, readProcessRecord, type ProcessRecord } from './local/process-record.ts';

export type LockAttempt = { readonly release: () => void } | { readonly holder: ProcessRecord };

/**
 * Takes a lock that at most one running process holds. It needs no package, for it is taken before any is installed.
 *
 * The lock is a directory with one file, which names its holder. A directory can be renamed onto another only while
 * that one is missing or empty, so of several processes exactly one succeeds. To take over from a process that is
 * gone, its file is removed first. The file's name is the holder's alone: a process that stalls between reading
 * a dead holder and removing it cannot remove a new one.
 *
 * @param lock the directory's path; what contains it must exist
 * @param isHeld whether a recorded holder still runs
 * @returns what releases the lock, or the process that holds it
 */
export function tryLock(lock: string, isHeld: (holder: ProcessRecord) => boolean = isRunning): LockAttempt {
  const name = `${process.pid}-${randomUUID()}`;
  const draft = `${lock}.${name}`;
  mkdirSync(draft);
  try {
    writeFileSync(join(draft, name), JSON.stringify(ownRecord()));
    for (;;) {
      if (renamedOnto(lock, draft)) return { release: () => release(lock, name) };
      for (const other of filesIn(lock)) {
        const holder = readProcessRecord(join(lock, other));
        if (holder && isHeld(holder)) return { holder };
        rmSync(join(lock, other), { force: true });
      }
    }
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

function release(lock: string, name: string): void {
  rmSync(join(lock, name), { force: true });
  // Only for tidiness: an empty directory is as free as none, and it stays where another process was quicker.
  unless(['ENOENT', 'ENOTEMPTY', 'EEXIST'], () => rmdirSync(lock));
}

function renamedOnto(lock: string, draft: string): boolean {
  return unless(['ENOTEMPTY', 'EEXIST'], () => renameSync(draft, lock));
}

function filesIn(lock: string): string[] {
  let files: string[] = [];
  unless(['ENOENT'], () => (files = readdirSync(lock)));
  return files;
}

/** @returns whether the step succeeded; false where it failed with one of the codes */
function unless(codes: readonly string[], step: () => void): boolean {
  try {
    step();
    return true;
  } catch (error) {
    if (codes.some((code) => hasCode(error, code))) return false;
    throw error;
  }
}
