import { billingPeriodsOf, finalAt } from '../../../domain/calendar/billing-periods.ts';
import { calendarOf } from '../../../domain/calendar/calendar.ts';
import { nextChargeRecord } from '../../../domain/closing/next-revision.ts';
import type { CallEvent } from '../../../schemas/call-event.ts';
import type { Catalogues } from '../../../domain/catalogues/catalogues.ts';
import type { DailyCharge } from '../../../schemas/daily-charge.ts';
import type { OrgHistory } from '../../../domain/settings/org-history.ts';
import { callEvent } from '../tables.ts';
import { randomOf } from '../../random.ts';

const HOUR_MS = 3_600_000;
const GRACE_MS = 900_000;

/** The events of an organisation and its log of charges, in the order of closing. */
export interface RandomCloses {
  readonly events: CallEvent[];
  readonly records: DailyCharge[];
}

/**
 * Days from an instant until now: some without usage, most closed at once, some closed again before and some after
 * their statement was final, the last ones open. The last revision of each closed day covers all of its events.
 */
export function randomCloses(
  catalogues: Catalogues,
  org: OrgHistory,
  { from, now, seed }: { readonly from: number; readonly now: number; readonly seed: number },
): RandomCloses {
  const random = randomOf(seed);
  const calendar = calendarOf(org.timeZone);
  const { periodOf } = billingPeriodsOf(calendar, org.billingDay);
  const events: CallEvent[] = [];
  const records: DailyCharge[] = [];
  for (const day of calendar.daysBetween(from, now)) {
    if (random() < 0.2) continue;
    const closes = [day.to + GRACE_MS];
    if (random() < 0.3) closes.push(day.to + 5 * HOUR_MS);
    if (random() < 0.3) closes.push(finalAt(periodOf(day.date)) + Math.floor(random() * 9 * HOUR_MS));
    let used = 0;
    let last: DailyCharge | undefined;
    for (const closedAt of closes.filter((at) => at < now || at === closes[0])) {
      const credits = 1 + Math.floor(random() ** 3 * 400_000);
      used += credits;
      const occurred_at = day.from + Math.floor(random() * Math.min(now - day.from, day.to - day.from));
      events.push(callEvent({ org_id: org.orgId, occurred_at, credits }));
      if (closedAt >= now) continue;
      const usage = { orgId: org.orgId, product: 'crm', calls: 1, credits: used };
      last = nextChargeRecord(catalogues, org, day, usage, last, closedAt) ?? last;
      if (last?.closed_at === closedAt) records.push(last);
    }
  }
  return { events, records: records.toSorted((a, b) => a.closed_at - b.closed_at) };
}
