import { setTimeout as sleep } from 'node:timers/promises';
import { Type } from 'typebox';
import { compiled } from '../../platform/compiled-schema.ts';

const Readiness = Type.Object({ alerts: Type.Array(Type.Object({ alert: Type.String() })) });
const ANSWER_WITHIN_MS = 5_000;
const PAUSE_MS = 500;

/**
 * Polls /readyz, which may be unavailable at any moment, until it shows an alert, a last time after `over` aborts.
 * @param url of the API
 * @returns whether it was shown
 */
export async function watchAlert(url: string, alert: string, over: AbortSignal): Promise<boolean> {
  const { check } = compiled(Readiness);
  for (;;) {
    const isLast = over.aborted;
    const answer = await readiness(url);
    if (check(answer) && answer.alerts.some((each) => each.alert === alert)) return true;
    if (isLast) return false;
    await sleep(PAUSE_MS);
  }
}

async function readiness(url: string): Promise<unknown> {
  try {
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    return await answer.json();
  } catch {
    return undefined; // not at the moment
  }
}
