import type { CallEvent } from '../../schemas/call-event.ts';
import { randomOf } from '../random.ts';
import { callEvent } from './tables.ts';

/** Calls of an org at random instants in [from, to), with several users, apps, products and outcomes. */
export function trafficOf(
  orgId: string,
  count: number,
  { from, to, seed }: { readonly from: number; readonly to: number; readonly seed: number },
): CallEvent[] {
  const random = randomOf(seed);
  const pick = <T>(items: readonly [T, ...T[]]): T => items[Math.floor(random() * items.length)] ?? items[0];
  return Array.from({ length: count }, () => {
    const status = pick([200, 200, 200, 201, 404, 429]);
    return callEvent({
      org_id: orgId,
      occurred_at: from + Math.floor(random() * (to - from)),
      product: pick(['crm', 'crm', 'crm', 'bigin']),
      user_id: pick(['ann', 'bob', 'cem', 'dörte']),
      app_id: pick(['web', 'sync, nightly', '-']),
      method: pick(['GET', 'POST']),
      endpoint: pick(['/leads', '/deals/1', '/deals/27', '/leads/a b', "/o'hara", '/a\\b\t"']),
      module: pick(['leads', 'deals', '']),
      status,
      credits: status === 429 ? 0 : Math.floor(random() * 20),
      rule: pick(['default', 'insert', '']),
      units: Math.floor(random() * 100),
      rejection_cause: status === 429 ? pick(['credits', 'concurrency']) : '',
      source_address: '192.0.2.1',
      duration_ms: pick([null, 12]),
    });
  });
}

export interface Counted {
  readonly calls: number;
  readonly credits: number;
  readonly rejected: number;
}

/** The independent count: integer sums over the events themselves. */
export function countOf(events: Iterable<Pick<CallEvent, 'credits' | 'status'>>): Counted {
  let [calls, credits, rejected] = [0, 0, 0];
  for (const event of events) {
    calls += 1;
    credits += event.credits;
    rejected += event.status === 429 ? 1 : 0;
  }
  return { calls, credits, rejected };
}

export function within(events: readonly CallEvent[], from: number, to: number): CallEvent[] {
  return events.filter(({ occurred_at: at }) => at >= from && at < to);
}
