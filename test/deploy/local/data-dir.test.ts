import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openDataDir } from '../../../deploy/local/data-dir.ts';
import { inTemporaryDir } from './temporary-dir.ts';

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
      expect(() => openDataDir(dir, () => 100 * 2 ** 20)).toThrow(
        expect.objectContaining({
          code: 'DISK_FULL',
          message: `The disk of ${dir} has 100 MiB left; 512 MiB are needed. Free some space, or set DATA_DIR to a directory on another disk.`,
        }),
      );
    }));
});
