import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';
import { PROGRAM_ENV } from '../../servers/program-env.ts';

const Line = Type.Object({ level: Type.Integer(), process: Type.String(), msg: Type.String() });

export interface Ended {
  readonly code: number | null;
  /** The log lines, on standard output. */
  readonly lines: readonly Static<typeof Line>[];
  /** Standard error. */
  readonly errors: string;
}

/**
 * Runs a program until it ends.
 * @param program a path
 * @param stopAt when to send it SIGTERM: once a logged message begins so, or once a promise resolves
 */
export async function runProgram(
  program: string,
  env: Readonly<Record<string, string>>,
  stopAt?: string | Promise<unknown>,
): Promise<Ended> {
  const child = spawn(process.execPath, [program], {
    env: { ...PROGRAM_ENV, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stop = (): boolean => child.kill('SIGTERM');
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
    if (typeof stopAt === 'string' && output.includes(`"msg":"${stopAt}`)) stop();
  });
  if (typeof stopAt === 'object') void stopAt.then(stop);
  const [errors] = await Promise.all([text(child.stderr), once(child, 'close')]);
  const lines = output.split('\n').filter(Boolean);
  return { code: child.exitCode, lines: lines.map((line) => Value.Parse(Line, JSON.parse(line))), errors };
}
