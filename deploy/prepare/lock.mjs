/** One preparation at a time in a checkout; a lock left by a killed one is taken over. */
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inRoot } from './root.mjs';

// Not in node_modules or dist, which an installation or a clean build removes.
const LOCK = inRoot('deploy/local/kafka/target/prepare.lock');
const POLL_MS = 200;
const POLLS_BEFORE_A_WORD = 10;

export async function withPrepareLock(work) {
  await take();
  try {
    return await work();
  } finally {
    if (holder() === process.pid) rmSync(LOCK, { force: true });
  }
}

async function take() {
  mkdirSync(dirname(LOCK), { recursive: true });
  let polls = 0;
  for (;;) {
    if (created()) return;
    const pid = holder();
    if (pid !== undefined && !isAlive(pid)) {
      if (await tookOver()) return;
    } else if (++polls === POLLS_BEFORE_A_WORD) {
      console.error(
        `waiting for process ${pid}, which prepares this checkout (if it does not, delete ${LOCK})`,
      );
    }
    await sleep(POLL_MS);
  }
}

/** By a link, so that the lock never exists without its holder's pid in it. */
function created() {
  const mine = writeOwn();
  try {
    linkSync(mine, LOCK);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(mine, { force: true });
  }
}

function writeOwn() {
  const mine = `${LOCK}.${process.pid}`;
  writeFileSync(mine, String(process.pid));
  return mine;
}

/** Of several that replace a dead holder at the same moment the last one has it: each looks again a little later. */
async function tookOver() {
  renameSync(writeOwn(), LOCK);
  await sleep(POLL_MS);
  return holder() === process.pid;
}

function holder() {
  try {
    return Number(readFileSync(LOCK, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
