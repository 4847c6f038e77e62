import { logFileOf } from './child.ts';
import type { Shutdown } from './shutdown.ts';
import type { Running, Supervised, Watch } from './supervise.ts';

/** All processes of the stack. Each is restarted when it exits, and stopped by the shutdown. */
export interface Fleet {
  /** @param start gets the callbacks for the process's exits and restarts */
  add(start: (watch: Watch) => Promise<Supervised<Running>>): Promise<void>;
  /** The pids of the processes that run now, by name. */
  pids(): Record<string, number>;
}

export interface FleetOptions {
  readonly dataDir: string;
  readonly shutdown: Shutdown;
  readonly print: (line: string) => void;
  /** Called when a process has a new pid. */
  readonly onChange: () => void;
  /** Called when a process keeps exiting and is no longer restarted. */
  readonly onGiveUp: (error: Error) => void;
}

export function createFleet({ dataDir, shutdown, print, onChange, onGiveUp }: FleetOptions): Fleet {
  const members: Supervised<Running>[] = [];
  return {
    add: async (start) => {
      const member = await start({
        onExit: ({ name, reason, restartInMs }) =>
          print(
            `${name} exited (${reason}), restarting in ${restartInMs / 1_000} s; log: ${logFileOf(dataDir, name)}`,
          ),
        onRestart: onChange,
      });
      members.push(member);
      shutdown.add(() => member.stop());
      void member.gaveUp.then(onGiveUp);
    },
    pids: () => Object.fromEntries(members.map((member) => [member.name, member.current().pid])),
  };
}
