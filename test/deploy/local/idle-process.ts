import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

export interface IdleProcess {
  readonly pid: number;
  readonly exited: Promise<unknown>;
  end(): void;
}

/** A real process that does nothing until it is ended. @param program JavaScript that it runs */
export async function startIdleProcess(program = 'setInterval(() => {}, 1000)'): Promise<IdleProcess> {
  const child: ChildProcess = spawn(process.execPath, ['-e', `${program}; process.send('up')`], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const exited = once(child, 'exit');
  await once(child, 'message');
  return { pid: child.pid ?? 0, exited, end: () => void child.kill('SIGKILL') };
}
