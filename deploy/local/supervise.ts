import { setTimeout as sleep } from 'node:timers/promises';
import type { Exit } from './child.ts';
import { processKeepsExiting } from './errors.ts';

/** A started process, as startChild, startKafka and startClickHouse return it. */
export interface Running {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  stop(): Promise<void>;
}

export interface Supervised<Process extends Running> {
  readonly name: string;
  current(): Process;
  /** Stops the process and restarts it no more. */
  stop(): Promise<void>;
  /** Resolves only when the process keeps exiting and is no longer restarted. */
  readonly gaveUp: Promise<Error>;
}

export interface UnexpectedExit {
  readonly name: string;
  readonly reason: string;
  readonly restartInMs: number;
}

/** Called at every unexpected exit, and when there is a new process. */
export interface Watch {
  onExit?(death: UnexpectedExit): void;
  onRestart?(): void;
}

export interface SuperviseOptions<Process extends Running> extends Watch {
  readonly name: string;
  /** Called again for each restart. */
  start(): Promise<Process>;
  readonly now?: () => number;
  /** Exits in a row; 9 by default. */
  readonly giveUpAfter?: number;
}

const FIRST_BACK_OFF_MS = 200;
const LAST_BACK_OFF_MS = 5_000;
/** A process that ran this long had started well: the next restart is quick again. */
const HEALTHY_AFTER_MS = 10_000;
/** Pauses of 0.2 + 0.4 + ... + 5 s: half a minute of restarts. */
const GIVE_UP_AFTER = 9;

/** Starts a process and restarts it when it exits by itself, with growing pauses while it keeps exiting at once. */
export async function supervise<Process extends Running>(
  options: SuperviseOptions<Process>,
): Promise<Supervised<Process>> {
  const { name, giveUpAfter = GIVE_UP_AFTER } = options;
  const now = options.now ?? Date.now;
  const stopping = new AbortController();
  let current = await options.start();
  let exitsInARow = 0;

  const pause = async (ms: number): Promise<void> => {
    try {
      await sleep(ms, undefined, { signal: stopping.signal });
    } catch (error) {
      if (!stopping.signal.aborted) throw error;
    }
  };

  const untilItExits = async (): Promise<string> => {
    const startedAt = now();
    const reason = describe(await current.exited);
    exitsInARow = now() - startedAt >= HEALTHY_AFTER_MS ? 1 : exitsInARow + 1;
    return reason;
  };

  const startAgain = async (): Promise<string | undefined> => {
    try {
      current = await options.start();
      options.onRestart?.();
      return undefined;
    } catch (error) {
      exitsInARow += 1;
      return error instanceof Error ? error.message : String(error);
    }
  };

  /** @returns why it is no longer restarted, or undefined when it was stopped */
  const watch = async (): Promise<Error | undefined> => {
    let reason: string | undefined;
    for (;;) {
      reason ??= await untilItExits();
      if (stopping.signal.aborted) return undefined;
      if (exitsInARow > giveUpAfter) return processKeepsExiting(name, reason);
      const restartInMs = Math.min(FIRST_BACK_OFF_MS * 2 ** (exitsInARow - 1), LAST_BACK_OFF_MS);
      options.onExit?.({ name, reason, restartInMs });
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
  return signal === null ? `exit code ${code}` : `killed by ${signal}`;
}
