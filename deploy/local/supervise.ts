import { setTimeout as sleep } from 'node:timers/promises';
import type { Exit } from './child.ts';

/** A started process, as startChild, startKafka and startClickHouse give it. */
export interface Running {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  stop(): Promise<void>;
}

export interface Supervised<Process extends Running> {
  readonly name: string;
  current(): Process;
  /** No more restarts, and ends the process. */
  stop(): Promise<void>;
  /** Settles, with the last reason, only when restarting is given up. */
  readonly gaveUp: Promise<Error>;
}

export interface Death {
  readonly name: string;
  readonly reason: string;
  readonly restartInMs: number;
}

/** Is told of every unexpected end, and when there is a new process. */
export interface Watch {
  onDeath?(death: Death): void;
  onRestart?(): void;
}

export interface SuperviseOptions<Process extends Running> extends Watch {
  readonly name: string;
  /** Called again for each restart. */
  start(): Promise<Process>;
  readonly now?: () => number;
}

const FIRST_BACK_OFF_MS = 200;
const LAST_BACK_OFF_MS = 5_000;
/** A process that lived this long had started well: the next restart is quick again. */
const LIVED_MS = 10_000;
/** Back-offs of 0.2 + 0.4 + ... + 5 s: half a minute of trying. */
const GIVE_UP_AFTER = 9;

/** Starts a process and starts it again when it ends by itself, ever more slowly while it keeps dying at once. */
export async function supervise<Process extends Running>(
  options: SuperviseOptions<Process>,
): Promise<Supervised<Process>> {
  const { name } = options;
  const now = options.now ?? Date.now;
  const stopping = new AbortController();
  let current = await options.start();
  let deathsInARow = 0;

  const pause = async (ms: number): Promise<void> => {
    try {
      await sleep(ms, undefined, { signal: stopping.signal });
    } catch (error) {
      if (!stopping.signal.aborted) throw error;
    }
  };

  const untilItDies = async (): Promise<string> => {
    const startedAt = now();
    const reason = describe(await current.exited);
    deathsInARow = now() - startedAt >= LIVED_MS ? 1 : deathsInARow + 1;
    return reason;
  };

  const startAgain = async (): Promise<string | undefined> => {
    try {
      current = await options.start();
      options.onRestart?.();
      return undefined;
    } catch (error) {
      deathsInARow += 1;
      return error instanceof Error ? error.message : String(error);
    }
  };

  /** @returns the reason for giving up, or undefined when it was stopped */
  const watch = async (): Promise<Error | undefined> => {
    let reason: string | undefined;
    for (;;) {
      reason ??= await untilItDies();
      if (stopping.signal.aborted) return undefined;
      if (deathsInARow > GIVE_UP_AFTER) return new Error(`${name} keeps ending: ${reason}`);
      const restartInMs = Math.min(FIRST_BACK_OFF_MS * 2 ** (deathsInARow - 1), LAST_BACK_OFF_MS);
      options.onDeath?.({ name, reason, restartInMs });
      await pause(restartInMs);
      if (stopping.signal.aborted) return undefined;
      reason = await startAgain();
      if (stopping.signal.aborted) await current.stop();
    }
  };

  const watched = watch();
  return {
    name,
    current: () => current,
    stop: async () => {
      stopping.abort();
      await current.stop();
      await watched; // a restart may have been under way
    },
    gaveUp: new Promise((resolve, reject) => {
      watched.then((error) => error && resolve(error), reject);
    }),
  };
}

function describe({ code, signal }: Exit): string {
  return signal === null ? `exit code ${code}` : `ended by ${signal}`;
}
