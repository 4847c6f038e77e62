import { readFileSync } from 'node:fs';
import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';
import { hasCode } from './error-code.ts';
import { processIdentity } from './process-identity.ts';

/** A process as recorded in a file, distinguishable from a later one with the same pid. */
export const ProcessRecord = Type.Object({ pid: Type.Integer({ minimum: 1 }), identity: Type.String() });
export type ProcessRecord = Static<typeof ProcessRecord>;

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
    return Value.Check(ProcessRecord, content) ? content : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
