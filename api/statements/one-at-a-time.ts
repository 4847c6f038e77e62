import { setImmediate } from 'node:timers/promises';
import { runningRequest } from '../http/running-request.ts';

/**
 * A queue for work that blocks the process: it runs one piece at a time, so that all of them together delay other
 * requests no more than one does. Work whose request has ended meanwhile is skipped and its promise rejects. The
 * limit on running requests bounds the queue.
 */
export function oneAtATime(): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let previous: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = previous.then(async () => {
      runningRequest()?.signal.throwIfAborted();
      return work();
    });
    previous = result.catch(() => undefined);
    return result;
  };
}

/** Lets other requests run. Throws the abort reason of the caller's own request if it has ended meanwhile. */
export async function yieldToOtherRequests(): Promise<void> {
  await setImmediate();
  runningRequest()?.signal.throwIfAborted();
}
