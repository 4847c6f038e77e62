import { csvOf, type Cell } from '../http/csv.ts';
import type { StatementDocument } from './document.ts';

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
] as const;
type Line = Partial<Record<(typeof COLUMNS)[number], Cell>>;

/**
 * A statement as CSV: one `day` line for each day, `adjustment` lines with the differences that they bill, `total`,
 * and `rounded total` if the range is one billing period. Days and adjustments add up to the total.
 */
export function statementCsv(document: StatementDocument): string {
  const { org_id, product, currency, time_zone, days, adjustments, total } = document;
  const lines: Line[] = [
    ...days.map(({ from, to, slabs, ...day }) => ({
      line: 'day',
      day: day.day,
      time_zone,
      from_utc: from,
      to_utc: to,
      status: day.status,
      revision: day.revision,
      used_credits: day.used,
      included_credits: day.included,
      additional_limit_credits: day.additional_limit,
      additional_used_credits: day.additional_used,
      over_limit_credits: day.over_limit,
      billed_credits: day.billed_credits,
      amount: day.amount,
      slabs: slabs
        .map((slab) => `${slab.credits} at ${slab.rate_per_1000} per 1000 = ${slab.amount}`)
        .join('; '),
    })),
    ...adjustments.map((adjustment) => ({
      line: 'adjustment',
      day: adjustment.day,
      time_zone,
      revision: adjustment.revision,
      billed_credits: adjustment.delta_credits,
      amount: adjustment.delta_amount,
      billed_in_from: adjustment.billed_in.from,
      billed_in_to: adjustment.billed_in.to,
      closed_at_utc: adjustment.closed_at,
    })),
    { line: 'total', billed_credits: total.billed_credits, amount: total.amount },
    ...(total.rounded_amount === null ? [] : [{ line: 'rounded total', amount: total.rounded_amount }]),
  ];
  return csvOf(
    lines.map((line) => Object.assign(line, { org_id, product, currency })),
    COLUMNS,
  );
}
