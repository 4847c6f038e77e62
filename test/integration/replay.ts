import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';
import { projectRoot } from '../../schemas/root.ts';
import { PROGRAM_ENV } from '../servers/program-env.ts';

const Summary = Type.Object({
  anchor: Type.String(),
  lines: Type.Integer(),
  calls: Type.Integer(),
  malformed: Type.Array(Type.Object({ line: Type.Integer() })),
  events_published: Type.Integer(),
});
export type Summary = Static<typeof Summary>;

/** A replay as a user runs it, in a process that a suite can kill. */
export function startReplay(
  env: Readonly<Record<string, string>>,
  args: readonly string[],
): { child: ChildProcess; summary: Promise<Summary> } {
  const main = join(projectRoot(), 'producers/access-log/main.ts');
  const child = spawn(process.execPath, [main, ...args, '--json'], {
    env: { ...PROGRAM_ENV, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let errors = '';
  child.stdout.on('data', (data: Buffer) => (out += data.toString()));
  child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
  const summary = new Promise<Summary>((resolve, reject) => {
    child.once('close', (code) => {
      const last: unknown = JSON.parse(out.trim().split('\n').at(-1) || '{}');
      if (typeof last === 'object' && last && 'summary' in last && Value.Check(Summary, last.summary)) {
        resolve(last.summary);
      } else reject(new Error(`The replay ended with ${code}: ${errors}${out}`));
    });
  });
  // For a suite that kills it and never awaits the summary. One that does still gets the error.
  summary.catch(() => undefined);
  return { child, summary };
}
