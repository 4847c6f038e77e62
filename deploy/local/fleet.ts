import { logFileOf } from './child.ts';
import type { Shutdown } from './shutdown.ts';
import type { Running, Supervised, Watch } from './supervise.ts';

/** All processes of the stack: started into the shutdown, kept running, and named. */
export interface Fleet {
  /** @param start gets what the process's deaths and restarts are told to */
  add(start: (watch: Watch) => Promise<Supervised<Running>>): Promise<void>;
  /** Of the processes that run now, by name. */
  pids(): Record<string, number>;
}

export interface FleetOptions {
  readonly dataDir: string;
  readonly shutdown: Shutdown;
  readonly say: (line: string) => void;
  /** A process has another pid now. */
  readonly onChange: () => void;
  /** A process keeps dying, and restarting it was given up. */
  readonly onGiveUp: (error: Error) => void;
}

export function createFleet({ dataDir, shutdown, say, onChange, onGiveUp }: FleetOptions): Fleet {
  const members: Supervised<Running>[] = [];
  return {
    add: async (start) => {
      const member = await start({
        onDeath: ({ name, reason, restartInMs }) =>
          say(
            `${name} ended (${reason}); starting it again in ${restartInMs / 1_000} s (${logFileOf(dataDir, name)})`,
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
