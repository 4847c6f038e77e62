import type { StatementDocument } from './document.ts';
import { yieldToOtherRequests } from './one-at-a-time.ts';
import { beginTable, GAP, leftColumn, rightColumn, type Column } from './pdf-table.ts';

type Day = StatementDocument['days'][number];

/** Days printed before other requests get their turn: about 20 ms. */
const DAYS_AT_ONCE = 20;

const columns = (currency: string): readonly Column[] => [
  leftColumn('Day', 'local date', 62),
  leftColumn('Begins', 'UTC', 94),
  rightColumn('Used', 'credits', 72),
  rightColumn('Included', 'credits', 72),
  rightColumn('Additional', 'credits used', 72),
  rightColumn('Limit', 'additional credits', 76),
  rightColumn('Over limit', 'not charged', 72),
  rightColumn('Billed', 'credits', 76),
  rightColumn('Amount', currency, 84),
  GAP,
  leftColumn('Status', '', 74),
];

/** A row for each day, its price steps below it. Throws the request's abort reason. */
export async function printDays(
  document: PDFKit.PDFDocument,
  { currency, days }: StatementDocument,
): Promise<void> {
  const table = beginTable(document, 'Days', columns(currency));
  for (const [index, day] of days.entries()) {
    if (index % DAYS_AT_ONCE === DAYS_AT_ONCE - 1) await yieldToOtherRequests();
    table.row(cellsOf(day), slabsOf(day));
  }
}

function cellsOf(day: Day): readonly string[] {
  const figures = [
    day.used,
    day.included,
    day.additional_used,
    day.additional_limit,
    day.over_limit,
    day.billed_credits,
  ];
  const begins = day.from.replace('T', ' ').replace('.000Z', '');
  const revision = day.revision === null ? '' : `, revision ${day.revision}`;
  return [day.day, begins, ...figures.map(String), day.amount, '', `${day.status}${revision}`];
}

/** The rate stands below the limit, credits and amount below those of the day. */
function slabsOf({ slabs }: Day): readonly (readonly string[])[] {
  const before = Array.from({ length: 6 }, () => '');
  return slabs.map(({ credits, rate_per_1000, amount }) => [
    ...before,
    `at ${rate_per_1000} per 1000`,
    String(credits),
    amount,
  ]);
}
