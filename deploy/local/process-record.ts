import { readFileSync } from 'node:fs';
import { hasCode } from './error-code.ts';
import { processIdentity } from './process-identity.ts';

/** A process as recorded in a file, distinguishable from a later one with the same pid. */
export interface ProcessRecord {
  readonly pid: number;
  /** When it started and in which boot: see processIdentity(). */
  readonly identity: string;
}

export function ownRecord(): ProcessRecord {
  return { pid: process.pid, identity: processIdentity(process.pid) ?? '' };
}

export function isRunning({ pid, identity }: ProcessRecord): boolean {
  return processIdentity(pid) === identity;
}

/** @returns undefined where there is no file, or one cut short by a full disk or a kill */
export function readProcessRecord(file: string): ProcessRecord | undefined {
  try {
    const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return isProcessRecord(content) ? content : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Checked by hand: locks are taken before any package is installed. */
function isProcessRecord(content: unknown): content is ProcessRecord {
  if (typeof content !== 'object' || content === null) return false;
  if (!('pid' in content) || !('identity' in content)) return false;
  return Number.isInteger(content.pid) && Number(content.pid) >= 1 && typeof content.identity === 'string';
}
