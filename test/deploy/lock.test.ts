import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { processIdentity } from '../../deploy/local/process-identity.ts';
import type { ProcessRecord } from '../../deploy/local/process-record.ts';
import { tryLock, type LockAttempt } from '../../deploy/lock.ts';
import { projectRoot } from '../../schemas/root.ts';
import { until } from '../until.ts';
import { startIdleProcess } from './local/idle-process.ts';
import { inTemporaryDir } from './local/temporary-dir.ts';

const inLockDir = (work: (lock: string) => Promise<void> | void): Promise<void> =>
  inTemporaryDir((dir) => work(join(dir, 'lock')));

const isTaken = (attempt: LockAttempt): boolean => 'release' in attempt;

function writeLock(lock: string, content: string): void {
  mkdirSync(lock);
  writeFileSync(join(lock, 'another process'), content);
}

async function deadProcess(): Promise<ProcessRecord> {
  const idle = await startIdleProcess();
  const identity = processIdentity(idle.pid) ?? '';
  idle.end();
  await idle.exited;
  return { pid: idle.pid, identity };
}

describe('a lock', () => {
  it('is not given twice, and names its holder', () =>
    inLockDir((lock) => {
      expect(isTaken(tryLock(lock))).toBe(true);
      expect(tryLock(lock)).toMatchObject({ holder: { pid: process.pid } });
    }));

  it('leaves nothing behind when it is released, or refused', () =>
    inTemporaryDir((dir) => {
      const attempt = tryLock(join(dir, 'lock'));
      tryLock(join(dir, 'lock'));
      if ('release' in attempt) attempt.release();
      expect(readdirSync(dir)).toEqual([]);
    }));

  it('stays with its holder until that one releases it, also where an earlier one releases again', () =>
    inLockDir((lock) => {
      const first = tryLock(lock);
      if ('release' in first) first.release();
      tryLock(lock);
      if ('release' in first) first.release();
      expect(isTaken(tryLock(lock))).toBe(false);
    }));

  it('of a running process is refused to another', () =>
    inLockDir(async (lock) => {
      const idle = await startIdleProcess();
      writeLock(lock, JSON.stringify({ pid: idle.pid, identity: processIdentity(idle.pid) }));
      expect(tryLock(lock)).toMatchObject({ holder: { pid: idle.pid } });
      idle.end();
      await idle.exited;
    }));

  it.each([
    ['of a process that is gone', async () => JSON.stringify(await deadProcess())],
    ['whose pid belongs to another process by now', () => `{"pid":${process.pid},"identity":"earlier"}`],
    ['that was cut short by a full disk', () => '{"pid": 1'],
  ])('%s is taken over', (_, content) =>
    inLockDir(async (lock) => {
      writeLock(lock, await content());
      expect(isTaken(tryLock(lock))).toBe(true);
      expect(isTaken(tryLock(lock))).toBe(false);
    }),
  );
});

/** A process that reads a dead holder, and goes on only after another has done what is given. */
function stalled(lock: string, meanwhile: () => void): LockAttempt {
  let isFirst = true;
  return tryLock(lock, () => {
    if (!isFirst) return true;
    isFirst = false;
    meanwhile();
    return false;
  });
}

describe('a process that stalls between reading a dead holder and removing it', () => {
  it('does not get the lock that another has taken over meanwhile', () =>
    inLockDir(async (lock) => {
      writeLock(lock, JSON.stringify(await deadProcess()));
      let other: LockAttempt | undefined;
      expect(isTaken(stalled(lock, () => (other = tryLock(lock))))).toBe(false);
      expect(other && isTaken(other)).toBe(true);
      expect(isTaken(tryLock(lock))).toBe(false);
    }));

  it('gets it where the other has released it again', () =>
    inLockDir(async (lock) => {
      writeLock(lock, JSON.stringify(await deadProcess()));
      const attempt = stalled(lock, () => {
        const other = tryLock(lock);
        if ('release' in other) other.release();
      });
      expect(isTaken(attempt)).toBe(true);
      expect(isTaken(tryLock(lock))).toBe(false);
    }));
});

/** A process that tries the lock once it gets a line, prints whether it has it, and ends with its input. */
function contender(lock: string) {
  const program = `import { tryLock } from ${JSON.stringify(join(projectRoot(), 'deploy/lock.ts'))};
    process.stdin.on('data', () => console.log('release' in tryLock(${JSON.stringify(lock)})));
    console.log('up');`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'close');
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  return { stdin: child.stdin, exited, output: () => output };
}

it('of many processes that find a dead holder at once, one takes the lock', () =>
  inLockDir(async (lock) => {
    writeLock(lock, JSON.stringify(await deadProcess()));
    const contenders = Array.from({ length: 6 }, () => contender(lock));
    const allPrinted = (expected: RegExp) => contenders.every(({ output }) => expected.test(output()));
    try {
      await until('all are up', () => allPrinted(/^up\n$/));
      for (const { stdin } of contenders) stdin.write('try\n');
      // None ends before: one that tries later would rightly take over from it.
      await until('all have tried', () => allPrinted(/^up\n(true|false)\n$/));
      expect(contenders.filter(({ output }) => output() === 'up\ntrue\n')).toHaveLength(1);
    } finally {
      for (const { stdin } of contenders) stdin.end();
      await Promise.all(contenders.map(({ exited }) => exited));
    }
  }));
