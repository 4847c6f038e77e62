import { billingPeriodsOf, type Period } from '../../domain/calendar/billing-periods.ts';
import { projectedBill, type Billed } from '../../domain/pricing/bill.ts';
import { calendarOf } from '../../domain/calendar/calendar.ts';
import type { StatementSources } from './moment.ts';
import type { StatementDay } from './rows.ts';
import { readStatement, type Statement, type StatementOf } from './statement.ts';

/** The bill of the current period so far, and its projection (interfaces.md, /billing). Amounts are exact. */
export interface Bill {
  readonly currency: string;
  readonly period: Period;
  /** The sum of the period's days and adjustments so far, today included: the statement's total. */
  readonly accrued: Billed;
  readonly projected: Billed;
  /** The day that contains now. */
  readonly today: StatementDay;
  readonly daysClosed: number;
  readonly adjustments: Statement['adjustments'];
}

/** Reads the statement of the period that contains now, with one reading of the clock. */
export async function readBill(sources: StatementSources, request: StatementOf): Promise<Bill> {
  const now = sources.now();
  const { org } = request;
  const period = billingPeriodsOf(calendarOf(org.timeZone), org.billingDay).periodAt(now);
  const statement = await readStatement(
    { ...sources, now: () => now },
    { ...request, from: period.from, to: period.to },
  );
  return billOf(statement, period, now);
}

/** The bill of a period, from its statement, at an instant of that period. */
export function billOf(statement: Statement, period: Period, now: number): Bill {
  const { currency, days, adjustments, total } = statement;
  const closed = days.filter(({ status }) => status === 'closed');
  const today = days.find(({ day }) => day.from <= now && now < day.to);
  if (today === undefined) throw new Error(`The period ${period.from} to ${period.to} has no day at ${now}.`);
  const daysLeft = days.filter(({ day }) => day.from > now).length;
  return {
    currency,
    period,
    accrued: total,
    projected: projectedBill(
      total,
      closed.map(({ billedCredits: credits, amount }) => ({ credits, amount })),
      daysLeft,
    ),
    today,
    daysClosed: closed.length,
    adjustments,
  };
}
