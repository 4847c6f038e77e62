import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDataDir } from '../../../deploy/local/data-dir.ts';
import { inTemporaryDir } from './temporary-dir.ts';

const modeOf = (dir: string): number => statSync(dir).mode & 0o7777;

describe('the data directory', () => {
  it('is created with its parents', () =>
    inTemporaryDir((dir) => {
      openDataDir(join(dir, 'a', 'b'));
      expect(statSync(join(dir, 'a', 'b')).isDirectory()).toBe(true);
    }));

  it('is rejected by its name where it is not writable', () =>
    inTemporaryDir((dir) => {
      const file = join(dir, 'file');
      writeFileSync(file, '');
      expect(() => openDataDir(join(file, 'data'))).toThrow(
        expect.objectContaining({
          code: 'DATA_DIR_NOT_WRITABLE',
          message: expect.stringContaining(join(file, 'data')),
        }),
      );
    }));

  it('is rejected on a full disk, with what is left and what is needed', () =>
    inTemporaryDir((dir) => {
      expect(() => openDataDir(dir, { freeBytes: () => 100 * 2 ** 20 })).toThrow(
        expect.objectContaining({
          code: 'DISK_FULL',
          message: `The disk of ${dir} has 100 MiB left; 512 MiB are needed. Free some space, or set DATA_DIR to a directory on another disk.`,
        }),
      );
    }));

  describe('and other users of the machine', () => {
    it('is created for its owner alone', () =>
      inTemporaryDir((dir) => {
        openDataDir(join(dir, 'data'));
        expect(modeOf(join(dir, 'data'))).toBe(0o700);
      }));

    it.each([0o755, 0o750, 0o777, 0o701])('is closed where it is empty and has the mode %o', (mode) =>
      inTemporaryDir((dir) => {
        chmodSync(dir, mode);
        openDataDir(dir);
        expect(modeOf(dir)).toBe(0o700);
      }),
    );

    it.each(['secret', 'pids', 'stack.lock'])('is closed where an earlier stack left its %s', (name) =>
      inTemporaryDir((dir) => {
        writeFileSync(join(dir, name), '');
        chmodSync(dir, 0o755);
        openDataDir(dir);
        expect(modeOf(dir)).toBe(0o700);
      }),
    );

    it('is rejected, not closed, where it holds other files: it may be a home or /tmp', () =>
      inTemporaryDir((dir) => {
        mkdirSync(join(dir, 'projects'));
        chmodSync(dir, 0o1777);
        expect(() => openDataDir(dir)).toThrow(expect.objectContaining({ code: 'DATA_DIR_SHARED' }));
        expect(modeOf(dir)).toBe(0o1777);
        chmodSync(dir, 0o700);
        openDataDir(dir);
      }));

    it('is rejected where it is another’s, who could read what is in it', () =>
      inTemporaryDir((dir) => {
        const { uid } = statSync(dir);
        expect(() => openDataDir(dir, { uid: uid + 1 })).toThrow(
          expect.objectContaining({
            code: 'DATA_DIR_NOT_OURS',
            message: `${dir} belongs to another user (uid ${uid}, this process has ${uid + 1}), who could read the passwords in it. Set DATA_DIR to a directory of your own.`,
          }),
        );
      }));
  });
});
