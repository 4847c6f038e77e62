import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { projectRoot } from '../../schemas/root.ts';

/** A program of this folder that reports by messages: when it is ready, and what it has done. */
export interface Program {
  readonly pid: number;
  /** Sends it a message and resolves with its answer. @throws where it ends instead */
  ask(message: string): Promise<unknown>;
  /** Lets it go, and waits until it has ended. */
  end(): Promise<void>;
}

/**
 * @param flags of Node
 * @returns when the program has sent its first message
 */
export async function startProgram(
  name: string,
  env: object,
  flags: readonly string[] = [],
): Promise<Program> {
  const program = fork(join(projectRoot(), 'test/bench', name), { env: { ...env }, execArgv: [...flags] });
  await messageFrom(program, name);
  return {
    pid: program.pid ?? 0,
    ask: (message) => {
      program.send(message);
      return messageFrom(program, name);
    },
    end: async () => {
      if (program.connected) program.disconnect();
      if (program.exitCode === null && program.signalCode === null) await once(program, 'exit');
    },
  };
}

async function messageFrom(program: ChildProcess, name: string): Promise<unknown> {
  const ended = once(program, 'exit').then(([code]) => {
    throw new Error(`${name} ended with ${code}.`);
  });
  const [message]: unknown[] = await Promise.race([once(program, 'message'), ended]);
  return message;
}
