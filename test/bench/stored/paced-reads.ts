import { setTimeout as sleep } from 'node:timers/promises';
import type { Stack } from './stack.ts';

/** Current usage of an organisation, read at a fixed pace while something else is measured. */
export interface PacedReads {
  /** Ends the reading. @returns how long each read took from when it was due, in milliseconds */
  stop(): Promise<number[]>;
}

/**
 * Starts to read. A read that is due while the one before it still runs waits for it, and that time counts: otherwise
 * the slowest moments would be those with the fewest reads.
 */
export function pacedReads(stack: Stack, orgId: string, everyMs: number): PacedReads {
  const stopped = new AbortController();
  const reading = (async (): Promise<number[]> => {
    const latenciesMs: number[] = [];
    const token = await stack.tokenOf(orgId);
    const read = (): Promise<unknown> => stack.read(`/v1/orgs/${orgId}/credits`, token);
    await read(); // The first one opens connections.
    for (let due = performance.now(); !stopped.signal.aborted; due += everyMs) {
      await sleep(Math.max(0, due - performance.now()));
      await read();
      latenciesMs.push(performance.now() - due);
    }
    return latenciesMs;
  })();
  // A read that fails is reported by `stop`.
  reading.catch(() => undefined);
  return {
    stop: () => {
      stopped.abort();
      return reading;
    },
  };
}
