import { compiled } from '../../platform/compiled-schema.ts';
import { until } from '../../deploy/local/until.ts';
import type { Ledger } from './ledger.ts';
import type { LedgerPublisher } from './publish.ts';
import { ORGS, type Call } from './traffic.ts';
import { Credits, type Get } from './watch.ts';

const CALLS = 2_000;
const SHOWN_WITHIN_MS = 60_000;

/**
 * Publishes calls before the first fault and waits until the current usage shows them all: so no answer during the run
 * may be lower, from the first one on, whatever lag it states.
 * @throws where they do not show in a minute
 */
export async function publishBase(
  publisher: LedgerPublisher,
  ledger: Ledger,
  next: (now: number) => Call,
  get: Get,
): Promise<void> {
  for (let count = 0; count < CALLS; count += 1) publisher.publish(next(Date.now()));
  await publisher.flush();
  const { check } = compiled(Credits);
  for (const org of ORGS) {
    let found = 'no answer';
    const isShown = await until(async () => {
      const answer = await get(`/v1/orgs/${org}/credits`, org);
      if (!check(answer)) return false;
      const due = ledger.bounds(org, Date.parse(answer.as_of), 0).most;
      found = `${answer.used} credits instead of ${due}`;
      return answer.used === due;
    }, SHOWN_WITHIN_MS);
    if (!isShown) throw new Error(`${org} before anything failed: ${found}`);
  }
  ledger.shown();
}
