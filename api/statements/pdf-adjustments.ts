import { currencyOf, type StatementDocument } from './document.ts';
import { creditsText, periodText } from './formats.ts';
import { amountCells } from './pdf-days.ts';
import { beginTable, leftColumn, rightColumn, type Column } from './pdf-table.ts';

const SPACE_BEFORE = 14;

const columns = (currency: string): readonly Column[] => [
  leftColumn('Day', 'local date', 62),
  leftColumn('Closed', 'local date', 68),
  leftColumn('Revision', 'of the day', 68),
  leftColumn('Billed in', 'billing period', 222),
  rightColumn('Difference', 'billed credits', 74),
  rightColumn('Difference', currency, 80),
  rightColumn('Exactly', 'if it differs', 84),
  leftColumn('', '', 104),
];

/** Late differences of days whose own statement was already final. */
export function printAdjustments(document: PDFKit.PDFDocument, statement: StatementDocument): void {
  const { currency, adjustments } = statement;
  if (adjustments.length === 0) return;
  document.y += SPACE_BEFORE;
  const title = 'Adjustments of days whose own statement was final';
  const table = beginTable(document, title, columns(currency));
  for (const { day, revision, delta_credits, delta_amount, billed_in, closed_at } of adjustments) {
    table.row([
      day,
      statement.localDateOf(closed_at),
      `revision ${revision}`,
      periodText(billed_in),
      creditsText(delta_credits),
      ...amountCells(delta_amount, currencyOf(statement)),
    ]);
  }
}
