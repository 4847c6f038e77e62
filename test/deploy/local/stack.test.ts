import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ownRecord } from '../../../deploy/local/process-record.ts';
import { secretFile } from '../../../deploy/local/secret.ts';
import { readStack, removeStack, writeStack, type Stack } from '../../../deploy/local/stack.ts';
import { inTemporaryDir } from './temporary-dir.ts';

const stack: Stack = {
  process: ownRecord(),
  url: 'http://127.0.0.1:8080',
  settings: { KAFKA_BROKERS: '127.0.0.1:20001' },
  pids: { kafka: 17 },
};

describe('the running stack of a data directory', () => {
  it('is found by other programs while its process runs', () =>
    inTemporaryDir((dir) => {
      writeStack(dir, stack);
      expect(readStack(dir)).toEqual(stack);
    }));

  it.each([
    ['none was ever started', () => {}],
    ['it was stopped', (dir: string) => (writeStack(dir, stack), removeStack(dir))],
    [
      'its process was killed',
      (dir: string) => writeStack(dir, { ...stack, process: { pid: process.pid, identity: 'earlier' } }),
    ],
  ])('is reported as missing when %s', (_, arrange) =>
    inTemporaryDir((dir) => {
      arrange(dir);
      expect(() => readStack(dir)).toThrow(
        `No local stack runs on ${dir}. Start one with "npm start", or set DATA_DIR to the directory of a running one.`,
      );
    }),
  );

  it('keeps one secret of 32 random bytes over restarts, readable only by its owner', () =>
    inTemporaryDir((dir) => {
      const file = secretFile(dir, (size) => Buffer.alloc(size, 7));
      expect(file).toBe(join(dir, 'secret'));
      expect(statSync(file).mode & 0o777).toBe(0o600);
      const secret = readFileSync(file, 'utf8');
      expect(Buffer.from(secret.trim(), 'base64url')).toEqual(Buffer.alloc(32, 7));
      secretFile(dir);
      expect(readFileSync(file, 'utf8')).toBe(secret);
    }));
});
