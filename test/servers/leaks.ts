import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { hasCode } from '../../deploy/local/error-code.ts';
import { processIdentity } from '../../deploy/local/process-identity.ts';

export interface RunningProcess {
  readonly pid: number;
  readonly command: string;
}

/**
 * The processes, other than this one, whose environment holds one of the given `NAME=value` settings: what a
 * run started carries its settings. Empty where there is no /proc (macOS).
 */
export function processesWith(settings: readonly string[]): RunningProcess[] {
  if (!existsSync('/proc/self/environ')) return [];
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid && processIdentity(pid) !== undefined)
    .filter((pid) => {
      const environment = read(pid, 'environ').split('\0');
      return settings.some((setting) => environment.includes(setting));
    })
    .map((pid) => ({ pid, command: read(pid, 'cmdline').replaceAll('\0', ' ').trim() }));
}

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch (error) {
    // Gone meanwhile, or another user's and so none of ours.
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].some((code) => hasCode(error, code))) return '';
    throw error;
  }
}
