import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { lockDirectory } from '../../../producers/spool/directory-lock.ts';
import { projectRoot } from '../../../schemas/root.ts';
import { Place } from './spooled.ts';

let here: Place;
beforeEach(() => (here = new Place()));
afterEach(() => here.drop());

it('one of several that take a lock at the same time has it, and the next after its release', async () => {
  const attempts = await Promise.allSettled(
    Array.from({ length: 8 }, (_, index) => lockDirectory(here.directory, `holder-${index}`)),
  );
  const held = attempts.filter((attempt) => attempt.status === 'fulfilled');
  const failed = attempts.filter((attempt) => attempt.status === 'rejected');
  expect(held).toHaveLength(1);
  expect(failed.map(({ reason }) => reason)).toEqual(
    Array.from({ length: 7 }, () => expect.objectContaining({ code: 'SPOOL_IN_USE' })),
  );
  await held[0]?.value();
  expect(readdirSync(here.directory)).toEqual([]);
  await (
    await lockDirectory(here.directory, 'holder-9')
  )();
});

it('a lock of another process ends with it, also by kill -9', async () => {
  const program = join(projectRoot(), 'test/producers/spool/lock-holder.ts');
  const child = spawn(process.execPath, [program, here.directory, 'child-00'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await once(child.stdout, 'data');
    await expect(lockDirectory(here.directory, 'other-00')).rejects.toMatchObject({ code: 'SPOOL_IN_USE' });
    // A process that is stopped still has it.
    child.kill('SIGSTOP');
    await expect(lockDirectory(here.directory, 'other-01')).rejects.toMatchObject({ code: 'SPOOL_IN_USE' });
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  await (
    await lockDirectory(here.directory, 'other-02')
  )();
  expect(readdirSync(here.directory)).toEqual([]);
});
