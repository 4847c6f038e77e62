import { statFields } from '../../deploy/local/process-identity.ts';

/** The kernel reports hundredths of a second, independent of its own clock (proc(5), USER_HZ). */
const TICKS_PER_SECOND = 100;

/**
 * The CPU that a process has used since it started, in seconds: user and kernel mode, all threads.
 * @returns undefined where there is no /proc (macOS): then a benchmark shows only the time
 */
export function cpuSecondsOf(pid: number): number | undefined {
  if (process.platform !== 'linux') return undefined;
  // utime and stime, the 12th and the 13th.
  const fields = statFields(pid);
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** The same of all child processes of this one that have ended, and of theirs. */
export function cpuSecondsOfEnded(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  // cutime and cstime, the 14th and the 15th.
  const fields = statFields(process.pid);
  return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
}
