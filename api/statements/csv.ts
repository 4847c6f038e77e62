import { canonical, parseMoney, sumMoney } from '../../domain/money.ts';
import { csvOf, type Cell } from '../http/csv.ts';
import { laterText } from './day-words.ts';
import { currencyOf, type StatementDocument } from './document.ts';
import type { Currency } from './formats.ts';

/** The names contain the units; `amount` is in the record's `currency`. */
const COLUMNS = [
  'line',
  'org_id',
  'product',
  'day',
  'time_zone',
  'from_utc',
  'to_utc',
  'status',
  'revision',
  'used_credits',
  'included_credits',
  'additional_limit_credits',
  'additional_used_credits',
  'over_limit_credits',
  'billed_credits',
  'amount',
  'currency',
  'slabs',
  'billed_in_from',
  'billed_in_to',
  'closed_at_utc',
  'begun',
  'subscribed',
  'later_revision',
  'later_used_credits',
  'later_billed_credits',
  'later_amount',
  'note',
  'total_billed_credits',
  'total_amount',
  'rounded_total_amount',
] as const;
type Line = Partial<Record<(typeof COLUMNS)[number], Cell>>;

/**
 * A statement as CSV: a `day` line for each day, `adjustment` lines with the differences that the range bills, and one
 * `total` line. D: the totals have columns of their own, so that the sum of a column counts nothing twice: the sum of
 * `amount` is the total. What later periods bill for a day stands in the `later_` columns.
 */
export function statementCsv(document: StatementDocument): string {
  const { org_id, product, currency, time_zone, days, adjustments, total } = document;
  const lines: Line[] = [
    ...days.map((day) => Object.assign(dayLine(day, currencyOf(document)), { time_zone })),
    ...adjustments.map((adjustment) => Object.assign(adjustmentLine(adjustment), { time_zone })),
    {
      line: 'total',
      total_billed_credits: total.billed_credits,
      total_amount: total.amount,
      rounded_total_amount: total.rounded_amount,
    },
  ];
  return csvOf(
    lines.map((line) => Object.assign(line, { org_id, product, currency })),
    COLUMNS,
  );
}

function dayLine(day: StatementDocument['days'][number], currency: Currency): Line {
  const { later, billed_as_adjustment: adjustments } = day;
  return {
    line: 'day',
    day: day.day,
    from_utc: day.from,
    to_utc: day.to,
    status: day.status,
    revision: day.revision,
    used_credits: day.used,
    included_credits: day.included,
    additional_limit_credits: day.additional_limit,
    additional_used_credits: day.additional_used,
    over_limit_credits: day.over_limit,
    billed_credits: day.billed_credits,
    amount: day.amount,
    slabs: day.slabs
      .map((slab) => `${slab.credits} at ${slab.rate_per_1000} per 1000 = ${slab.amount}`)
      .join('; '),
    begun: String(day.begun),
    subscribed: String(day.subscribed),
    ...(later !== null && {
      later_revision: later.revision,
      later_used_credits: later.used,
      later_billed_credits: adjustments.reduce((sum, { credits }) => sum + credits, 0),
      later_amount: canonical(sumMoney(adjustments.map(({ amount }) => parseMoney(amount)))),
    }),
    note: noteOf(day, currency),
  };
}

function noteOf(day: StatementDocument['days'][number], currency: Currency): string {
  if (!day.subscribed) return 'no subscription on this day';
  return day.begun ? laterText(day, currency) : 'not begun';
}

function adjustmentLine(adjustment: StatementDocument['adjustments'][number]): Line {
  return {
    line: 'adjustment',
    day: adjustment.day,
    revision: adjustment.revision,
    billed_credits: adjustment.delta_credits,
    amount: adjustment.delta_amount,
    billed_in_from: adjustment.billed_in.from,
    billed_in_to: adjustment.billed_in.to,
    closed_at_utc: adjustment.closed_at,
  };
}
