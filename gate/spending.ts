import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../platform/clickhouse/connect.ts';
import { billingPeriodsOf } from '../domain/calendar/billing-periods.ts';
import { calendarOf } from '../domain/calendar/calendar.ts';
import { priceBookAt, type Catalogues } from '../domain/catalogues/catalogues.ts';
import { dayAmount, spendingBound, type GrantBound } from '../domain/gate/spending.ts';
import { Money, parseMoney, sumMoney, ZERO } from '../domain/money.ts';
import { allowanceOfDay } from '../domain/pricing/allowance.ts';
import { subscriptionOf, type OrgHistory } from '../domain/settings/org-history.ts';
import { changesWithin } from '../domain/versions.ts';
import { FUTURE_LIMIT_MS } from '../schemas/event-rules.ts';
import { readUsedByDay } from '../store/usage/used-by-day.ts';

const AdjustmentsRow = Type.Object({ amount: Type.String() });

export interface CappedSpending {
  readonly org: OrgHistory;
  readonly product: string;
  readonly catalogues: Catalogues;
  readonly cap: Money;
}

/**
 * The bound that the cap of the current billing period sets, by what has landed. Days are priced by the calls that are
 * known now, as closing prices them, but without their limit.
 * @param now epoch milliseconds
 */
export async function readSpendingBound(
  client: ClickHouseClient,
  { org, product, catalogues, cap }: CappedSpending,
  now: number,
  clockDifferenceMs: number,
): Promise<GrantBound> {
  const calendar = calendarOf(org.timeZone);
  const period = billingPeriodsOf(calendar, org.billingDay).periodAt(now);
  const today = calendar.dayAt(now);
  // Calls of a server whose clock is ahead may be tomorrow's already.
  const days = calendar.daysBetween(period.fromInstant, now + FUTURE_LIMIT_MS + clockDifferenceMs + 1);
  const [used, adjustments] = await Promise.all([
    readUsedByDay(client, org.orgId, product, days),
    readAdjustments(client, org.orgId, product, period.from),
  ]);
  const subscription = subscriptionOf(org, product);
  const includedOf = (day: { readonly from: number; readonly to: number }): number =>
    (subscription && allowanceOfDay(catalogues, subscription, day)?.included) ?? 0;
  const others = days
    .filter(({ date }) => date !== today.date)
    .map((day) => dayAmount(priceBookAt(catalogues, day.from), used.get(day.date) ?? 0, includedOf(day)));
  return spendingBound({
    cap,
    spent: sumMoney([adjustments, ...others]),
    day: today,
    periodTo: period.toInstant,
    used: used.get(today.date) ?? 0,
    // Not what a change later today would include.
    included: includedOf({ from: today.from, to: now + 1 }),
    book: priceBookAt(catalogues, today.from),
    highestRate: highestRate(catalogues, period.fromInstant, today.to),
    clockDifferenceMs,
  });
}

function highestRate(catalogues: Catalogues, from: number, to: number): Money {
  const books = [from, ...changesWithin(catalogues.prices, from, to)].map((instant) =>
    priceBookAt(catalogues, instant),
  );
  const rates = books.flatMap(({ slabs }) => slabs.map(({ rate_per_1000 }) => new Money(rate_per_1000)));
  return Money.max(ZERO, ...rates);
}

/** Of days of earlier periods, whose statements were final, and that this period bills. */
async function readAdjustments(
  client: ClickHouseClient,
  orgId: string,
  product: string,
  from: string,
): Promise<Money> {
  const [row] = await select(
    client,
    AdjustmentsRow,
    `SELECT toString(sum(daily_charges.delta_amount)) AS amount FROM daily_charges FINAL
     WHERE org_id = {org:String} AND product = {product:String}
       AND daily_charges.billed_from = toDate32({from:String}) AND daily_charges.day < toDate32({from:String})`,
    { org: orgId, product, from },
  );
  return parseMoney(row?.amount ?? '0');
}
