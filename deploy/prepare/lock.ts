/** One preparation at a time in a checkout. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectRoot } from '../../schemas/root.ts';
import { tryLock } from '../lock.ts';

// Not in node_modules or dist, which an installation or a clean build removes.
const FOLDER = join(projectRoot(), '.node');
const POLL_MS = 200;
const POLLS_BEFORE_A_WORD = 10;

/** Waits for a preparation that runs already, and says so after two seconds. */
export async function withPrepareLock(work: () => Promise<void>): Promise<void> {
  const release = await takeLock();
  try {
    await work();
  } finally {
    release();
  }
}

async function takeLock(): Promise<() => void> {
  mkdirSync(FOLDER, { recursive: true });
  for (let polls = 1; ; polls++) {
    const attempt = tryLock(join(FOLDER, 'prepare.lock'));
    if ('release' in attempt) return attempt.release;
    if (polls === POLLS_BEFORE_A_WORD)
      console.error(`waiting for process ${attempt.holder.pid}, which prepares this checkout`);
    await sleep(POLL_MS);
  }
}
