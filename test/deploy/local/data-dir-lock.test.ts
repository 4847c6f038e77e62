import { lockDataDir } from '../../../deploy/local/data-dir-lock.ts';
import { inTemporaryDir } from './temporary-dir.ts';

describe('the lock of a data directory', () => {
  it('is refused to a second stack, which is told the directory and the running process', () =>
    inTemporaryDir((dir) => {
      lockDataDir(dir);
      expect(() => lockDataDir(dir)).toThrow(
        expect.objectContaining({
          code: 'DATA_DIR_IN_USE',
          message: `A local stack already runs on ${dir} (process ${process.pid}). Stop it, or set DATA_DIR (and PORT) for a second one.`,
        }),
      );
    }));

  it('is free again after its release', () =>
    inTemporaryDir((dir) => {
      const release = lockDataDir(dir);
      expect(() => lockDataDir(dir)).toThrow(expect.objectContaining({ code: 'DATA_DIR_IN_USE' }));
      release();
      lockDataDir(dir)();
    }));
});
