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
