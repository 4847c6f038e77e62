import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { endLeftovers, forgetPid, recordPid } from '../../../deploy/local/pid-record.ts';
import { processIdentity } from '../../../deploy/local/process-identity.ts';
import { startIdleProcess } from './idle-process.ts';
import { inTemporaryDir } from './temporary-dir.ts';

describe('a process that a killed start left running', () => {
  it('is ended and named by the next start', () =>
    inTemporaryDir(async (dir) => {
      const [kafka, api] = await Promise.all([startIdleProcess(), startIdleProcess()]);
      recordPid(dir, 'kafka', kafka.pid);
      recordPid(dir, 'api', api.pid);
      expect((await endLeftovers(dir)).toSorted()).toEqual(['api', 'kafka']);
      await Promise.all([kafka.exited, api.exited]);
      expect(readdirSync(join(dir, 'pids'))).toEqual([]);
    }));

  it('is left alone when it has exited and another process has its pid', () =>
    inTemporaryDir(async (dir) => {
      const stranger = await startIdleProcess();
      recordPid(dir, 'kafka', stranger.pid);
      const record = { pid: stranger.pid, identity: 'a process that started earlier' };
      writeFileSync(join(dir, 'pids', 'kafka.json'), JSON.stringify(record));
      expect(await endLeftovers(dir)).toEqual([]);
      expect(processIdentity(stranger.pid)).toBeDefined();
      stranger.end();
      await stranger.exited;
    }));

  it('does not exist after an orderly stop', () =>
    inTemporaryDir(async (dir) => {
      const api = await startIdleProcess();
      recordPid(dir, 'api', api.pid);
      forgetPid(dir, 'api');
      expect(await endLeftovers(dir)).toEqual([]);
      api.end();
      await api.exited;
    }));
});
