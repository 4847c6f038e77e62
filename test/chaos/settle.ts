import { setTimeout as sleep } from 'node:timers/promises';
import { NotSettledError, untilSettled, type Pipeline } from '../../deploy/local/settled.ts';

const SETTLED_WITHIN_MS = 300_000;
const ATTEMPTS = 5;
const PAUSE_MS = 1_000;

/** A connection between the shards from before the last fault may fail a statement once more. */
export async function untilItSettles(pipeline: Pipeline): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await untilSettled(pipeline, SETTLED_WITHIN_MS);
      return;
    } catch (error) {
      if (error instanceof NotSettledError || attempt === ATTEMPTS) throw error;
      await sleep(PAUSE_MS);
    }
  }
}
