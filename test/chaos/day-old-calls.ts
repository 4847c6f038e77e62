import { randomBytes } from 'node:crypto';
import { mintEventId } from '../../schemas/event-id.ts';
import { DAY_MS, SECOND_MS } from '../../schemas/time-units.ts';
import type { Call } from './traffic.ts';

export interface DayOldCalls {
  readonly org: string;
  readonly calls: number;
  /** Of each call. */
  readonly credits: number;
  /** The first one leaves the rolling 24 hours after so long, the others within so long after it. */
  readonly afterSeconds: number;
  readonly duringSeconds: number;
}

/** Calls that were made a day ago, so that their credits return during the run. */
export function dayOldCalls(plan: DayOldCalls, now: number): Call[] {
  const { org, calls, credits, afterSeconds, duringSeconds } = plan;
  return Array.from({ length: calls }, (_, index) => {
    const leavesAfterMs = (afterSeconds + (duringSeconds * index) / calls) * SECOND_MS;
    const occurred_at = Math.round(now - DAY_MS + leavesAfterMs);
    return {
      event_id: mintEventId(occurred_at, randomBytes(10)),
      occurred_at,
      org_id: org,
      product: 'crm',
      user_id: 'yesterday',
      app_id: 'web',
      method: 'GET',
      endpoint: '/leads',
      status: 200,
      credits,
    };
  });
}
