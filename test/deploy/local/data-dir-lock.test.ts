import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lockDataDir } from '../../../deploy/local/data-dir-lock.ts';
import { processIdentity } from '../../../deploy/local/process-identity.ts';
import { startIdleProcess } from './idle-process.ts';
import { inTemporaryDir } from './temporary-dir.ts';

const lockedBy = (dir: string, pid: number, identity: string): void =>
  writeFileSync(join(dir, 'stack.lock'), JSON.stringify({ pid, identity }));

describe('the lock of a data directory', () => {
  it('is refused to a second stack, which is told the directory and the running process', () =>
    inTemporaryDir(async (dir) => {
      const other = await startIdleProcess();
      lockedBy(dir, other.pid, processIdentity(other.pid) ?? '');
      await expect(lockDataDir(dir)).rejects.toMatchObject({
        code: 'DATA_DIR_IN_USE',
        message: `A local stack already runs on ${dir} (process ${other.pid}). Stop it, or set DATA_DIR (and PORT) for a second one.`,
      });
      other.end();
      await other.exited;
    }));

  it('is free again after its release', () =>
    inTemporaryDir(async (dir) => {
      const release = await lockDataDir(dir);
      await expect(lockDataDir(dir)).rejects.toMatchObject({ code: 'DATA_DIR_IN_USE' });
      release();
      (await lockDataDir(dir))();
    }));

  it('is taken over from a process that is gone', () =>
    inTemporaryDir(async (dir) => {
      const gone = await startIdleProcess();
      lockedBy(dir, gone.pid, processIdentity(gone.pid) ?? '');
      gone.end();
      await gone.exited;
      await expect(lockDataDir(dir)).resolves.toBeInstanceOf(Function);
    }));

  it('is taken over when its pid belongs to another process by now', () =>
    inTemporaryDir(async (dir) => {
      lockedBy(dir, process.pid, 'an earlier boot');
      await expect(lockDataDir(dir)).resolves.toBeInstanceOf(Function);
    }));

  it('is taken over when it was cut short by a full disk', () =>
    inTemporaryDir(async (dir) => {
      writeFileSync(join(dir, 'stack.lock'), '{"pid": 1');
      await expect(lockDataDir(dir)).resolves.toBeInstanceOf(Function);
    }));
});
