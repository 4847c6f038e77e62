import { readFileSync, writeFileSync } from 'node:fs';

/**
 * The peak of a process's resident memory is the kernel's own (VmHWM of /proc/PID/status), not sampled. Writing 5 to
 * /proc/PID/clear_refs sets it back to what is resident now (proc(5)).
 */
const RESET_PEAK = '5';
const KIB_PER_MIB = 1_024;

/** From here on the peak counts anew. Where the kernel does not let us, the peak is that of the whole life. */
export function forgetPeakOf(pid: number): void {
  if (process.platform !== 'linux') return;
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, RESET_PEAK);
  } catch (error) {
    if (!isForbidden(error)) throw error;
  }
}

/** @returns in MiB; undefined where there is no /proc (macOS) */
export function peakMiBOf(pid: number): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return kib === undefined ? undefined : Number(kib) / KIB_PER_MIB;
}

/** In a container without the right, or of another user. */
const isForbidden = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'EACCES' || error.code === 'EPERM');
