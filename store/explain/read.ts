import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import type { Catalogues } from '../../domain/catalogues/catalogues.ts';
import type { OrgHistory, Subscription } from '../../domain/settings/org-history.ts';
import type { Day } from '../../domain/calendar/zone-days.ts';
import { addDays } from '../../domain/calendar/dates.ts';
import { readCharges, type Charge } from '../charges/charges.ts';
import { chargeOfDay } from '../../domain/pricing/day-charge.ts';
import { readBreakdowns } from '../usage/read-breakdowns.ts';
import { otherThan, readTotal, readUsage } from '../usage/read.ts';
import { addsUp, BREAKDOWNS, hoursOfDay, pendingOf, type Explanation } from './explanation.ts';
import { termsOfDay } from '../../domain/pricing/terms-of-day.ts';

export interface ExplainRequest {
  readonly org: OrgHistory;
  readonly subscription: Subscription;
  readonly catalogues: Catalogues;
  readonly day: Day;
  /** How many users, apps, routes, endpoints and rules to list each. */
  readonly top: number;
}

/** Calls of the day keep landing while it is read, or the sealed figures are damaged. */
export class NotAddingUpError extends Error {
  readonly code = 'NOT_ADDING_UP';
  constructor(orgId: string, date: string) {
    super(
      `The figures of ${orgId} on ${date} did not add up in ${MAX_READS} attempts. If calls of that day still land, ` +
        'try again; otherwise compare the day with its events by "npm run recompute".',
    );
    this.name = 'NotAddingUpError';
  }
}

const MAX_READS = 5;

/** Reads an explanation whose levels all describe the same events. @throws NotAddingUpError */
export async function readExplanation(
  client: ClickHouseClient,
  request: ExplainRequest,
): Promise<Explanation> {
  const { org, subscription, catalogues, day } = request;
  for (let reading = 0; reading < MAX_READS; reading += 1) {
    const revisions = await readRevisions(client, org.orgId, subscription.product, day);
    const levels = await readLevels(client, request);
    if (!levels) continue;
    const charge = chargeOfDay(catalogues, subscription, day, levels.total.credits);
    return {
      orgId: org.orgId,
      product: subscription.product,
      day,
      charge,
      revisions,
      pending: pendingOf(charge, revisions),
      terms: termsOfDay(catalogues, subscription, day),
      ...levels,
      calls: { from: day.from, to: day.to, product: subscription.product },
    };
  }
  throw new NotAddingUpError(org.orgId, day.date);
}

async function readLevels(
  client: ClickHouseClient,
  { org, subscription, day, top }: ExplainRequest,
): Promise<Pick<Explanation, 'total' | 'hours' | 'breakdowns'> | undefined> {
  const interval = {
    orgId: org.orgId,
    // ClickHouse's DateTime begins in 1970.
    from: Math.max(0, day.from),
    to: Math.max(0, day.to),
    filters: { product: subscription.product },
  };
  const total = await readTotal(client, interval);
  const hours = hoursOfDay(day, await readUsage(client, { ...interval, groupBy: ['hour'] }));
  const { filters } = interval;
  const requested = BREAKDOWNS.map((by) => ({ by, filters }));
  const found = await readBreakdowns(client, { ...interval, breakdowns: requested, top });
  const breakdowns = BREAKDOWNS.map((by, index) => {
    const named = (found[index]?.rows ?? []).map(({ calls, credits, rejected, [by]: value = '' }) => ({
      value,
      calls,
      credits,
      rejected,
    }));
    return { by, top: named, other: otherThan(total, named) };
  });
  // Events are only added: with the same number of calls, credits and rejections as before, nothing has changed.
  const after = otherThan(await readTotal(client, interval), [total]);
  const unchanged = after.calls === 0 && after.credits === 0 && after.rejected === 0;
  return unchanged && addsUp({ total, hours, breakdowns }) ? { total, hours, breakdowns } : undefined;
}

function readRevisions(
  client: ClickHouseClient,
  orgId: string,
  product: string,
  day: Day,
): Promise<Charge[]> {
  return readCharges(client, {
    orgId,
    product,
    fromDate: day.date,
    toDate: addDays(day.date, 1),
    closedFrom: 0,
    closedTo: 0,
  });
}
