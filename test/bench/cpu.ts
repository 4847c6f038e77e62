import { statFields } from '../../deploy/local/process-identity.ts';

/** The kernel counts in hundredths of a second, whatever its own clock (proc(5), USER_HZ). */
const TICKS_PER_SECOND = 100;

/**
 * CPU that a process has used since it started, in seconds, in user and kernel mode, all its threads.
 * @returns undefined where there is no /proc (macOS): then a benchmark shows time alone
 */
export function cpuSecondsOf(pid: number): number | undefined {
  if (process.platform !== 'linux') return undefined;
  // utime and stime, the 12th and the 13th.
  const fields = statFields(pid);
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
