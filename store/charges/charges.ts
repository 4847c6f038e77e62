import { Type, type Static } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { instant } from '../../platform/clickhouse/sql-time.ts';
import type { LocalDate } from '../../domain/calendar/dates.ts';
import { parseMoney, type Money } from '../../domain/money.ts';

const ChargeRow = Type.Object({
  day: Type.String(),
  revision: Type.Integer(),
  used: Type.Integer(),
  included: Type.Integer(),
  additional_limit: Type.Integer(),
  additional_used: Type.Integer(),
  billed_credits: Type.Integer(),
  over_limit: Type.Integer(),
  amount: Type.String(),
  delta_credits: Type.Integer(),
  delta_amount: Type.String(),
  price_book: Type.String(),
  billed_from: Type.String(),
  billed_to: Type.String(),
  closed_at: Type.Integer(),
});

/** A landed revision of a day's charge (schemas/daily-charge.avsc). Amounts are exact. */
export interface Charge extends Omit<Static<typeof ChargeRow>, 'amount' | 'delta_amount'> {
  readonly amount: Money;
  readonly delta_amount: Money;
}

export interface ChargesRequest {
  readonly orgId: string;
  readonly product: string;
  /** Days with these dates, half-open. */
  readonly fromDate: LocalDate;
  readonly toDate: LocalDate;
  /** Also the revisions closed in this interval, epoch milliseconds, half-open. */
  readonly closedFrom: number;
  readonly closedTo: number;
}

/**
 * The landed revisions of a subscription: of the days in a range of dates, and those closed in an interval. Sorted by
 * day and revision. FINAL keeps the first record of each revision in log order, which is the one that counts.
 */
export async function readCharges(client: ClickHouseClient, request: ChargesRequest): Promise<Charge[]> {
  const { orgId, product, fromDate, toDate, closedFrom, closedTo } = request;
  const rows = await select(
    client,
    ChargeRow,
    `SELECT toString(daily_charges.day) AS day, revision, used, included, additional_limit, additional_used,
       billed_credits, over_limit, toString(daily_charges.amount) AS amount, delta_credits,
       toString(daily_charges.delta_amount) AS delta_amount, price_book,
       toString(daily_charges.billed_from) AS billed_from, toString(daily_charges.billed_to) AS billed_to,
       toUnixTimestamp64Milli(daily_charges.closed_at) AS closed_at
     FROM daily_charges FINAL
     WHERE org_id = {org:String} AND product = {product:String}
       AND (daily_charges.day >= toDate32({from_date:String}) AND daily_charges.day < toDate32({to_date:String})
         OR daily_charges.closed_at >= ${instant('closed_from')}
           AND daily_charges.closed_at < ${instant('closed_to')})
     ORDER BY daily_charges.day, revision`,
    {
      org: orgId,
      product,
      from_date: fromDate,
      to_date: toDate,
      closed_from: closedFrom,
      closed_to: closedTo,
    },
  );
  return rows.map(({ amount, delta_amount, ...facts }) =>
    Object.assign(facts, { amount: parseMoney(amount), delta_amount: parseMoney(delta_amount) }),
  );
}
