import { laterText, statusText } from './day-words.ts';
import { currencyOf, type StatementDocument } from './document.ts';
import { creditsText, exactText, moneyText, rateText, type Currency } from './formats.ts';
import { yieldToOtherRequests } from './one-at-a-time.ts';
import { beginTable, GAP, leftColumn, rightColumn, type Column } from './pdf-table.ts';

type Day = StatementDocument['days'][number];

/** Days printed before other requests get their turn: about 20 ms. */
const DAYS_AT_ONCE = 20;

const columns = (currency: string): readonly Column[] => [
  leftColumn('Day', 'local date', 62),
  rightColumn('Used', 'credits', 68),
  rightColumn('Included', 'credits', 68),
  rightColumn('Additional', 'credits used', 68),
  rightColumn('Limit', 'additional credits', 72),
  rightColumn('Over limit', 'not billed', 82),
  rightColumn('Billed', 'credits', 74),
  rightColumn('Amount', currency, 80),
  rightColumn('Exactly', 'if it differs', 84),
  GAP,
  leftColumn('Status', '', 96),
];

/** A row for each day, its price steps and what became known later below it. Throws the request's abort reason. */
export async function printDays(document: PDFKit.PDFDocument, statement: StatementDocument): Promise<void> {
  const { currency: code, days } = statement;
  const currency = currencyOf(statement);
  const table = beginTable(document, 'Days', columns(code));
  for (const [index, day] of days.entries()) {
    if (index % DAYS_AT_ONCE === DAYS_AT_ONCE - 1) await yieldToOtherRequests();
    table.row(cellsOf(day, currency), slabsOf(day, currency), laterText(day, currency));
  }
}

function cellsOf(day: Day, currency: Currency): readonly string[] {
  const figures = [
    day.used,
    day.included,
    day.additional_used,
    day.additional_limit,
    day.over_limit,
    day.billed_credits,
  ];
  return [day.day, ...figures.map(creditsText), ...amountCells(day.amount, currency), '', statusText(day)];
}

/** The rate stands below the over-limit credits, credits and amount below those of the day. */
function slabsOf({ slabs }: Day, currency: Currency): readonly (readonly string[])[] {
  const before = Array.from({ length: 5 }, () => '');
  return slabs.map(({ credits, rate_per_1000, amount }) => [
    ...before,
    `at ${rateText(rate_per_1000, currency)} per 1,000`,
    creditsText(credits),
    ...amountCells(amount, currency),
  ]);
}

/** An amount as people read it, and the exact one where it differs. */
export function amountCells(amount: string, currency: Currency): readonly [string, string] {
  return [moneyText(amount, currency), exactText(amount, currency) ?? ''];
}
