import { setImmediate } from 'node:timers/promises';
import { runningRequest } from '../http/running-request.ts';

/**
 * For work that keeps the process busy: one after the other, so that all of it together delays other requests no
 * more than one piece does. Whose request has ended loses the turn. How many wait is bounded by the running requests.
 */
export function takeTurns(): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let before: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = before.then(async () => {
      runningRequest()?.signal.throwIfAborted();
      return work();
    });
    before = result.catch(() => undefined);
    return result;
  };
}

/** Lets other requests go on. Throws the reason where the caller's own has ended meanwhile. */
export async function pause(): Promise<void> {
  await setImmediate();
  runningRequest()?.signal.throwIfAborted();
}
