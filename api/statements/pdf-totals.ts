import { Money } from '../../domain/money.ts';
import type { StatementDocument } from './document.ts';
import { beginTable, GAP, leftColumn, rightColumn, type Column } from './pdf-table.ts';

const SPACE_BEFORE = 14;

const adjustmentColumns = (currency: string): readonly Column[] => [
  leftColumn('Day', 'local date', 62),
  leftColumn('Closed', 'UTC', 130),
  leftColumn('Revision', '', 100),
  leftColumn('Billed in', 'billing period', 228),
  rightColumn('Difference', 'billed credits', 76),
  rightColumn('Difference', currency, 84),
  GAP,
  leftColumn('', '', 74),
];

const totalColumns = (currency: string): readonly Column[] => [
  leftColumn('Days and adjustments', '', 520),
  rightColumn('Billed', 'credits', 76),
  rightColumn('Amount', currency, 84),
  leftColumn('', '', 82),
];

/** Late differences of days whose own statement was already final. */
export function printAdjustments(
  document: PDFKit.PDFDocument,
  { currency, adjustments }: StatementDocument,
): void {
  if (adjustments.length === 0) return;
  document.y += SPACE_BEFORE;
  const title = 'Adjustments of days whose own statement was final';
  const table = beginTable(document, title, adjustmentColumns(currency));
  for (const { day, revision, delta_credits, delta_amount, billed_in, closed_at } of adjustments) {
    table.row([
      day,
      closed_at,
      `revision ${revision}`,
      `${billed_in.from} to ${billed_in.to} (exclusive)`,
      String(delta_credits),
      delta_amount,
    ]);
  }
}

/** The exact total and, for a billing period, the rounded one. */
export function printTotal(
  document: PDFKit.PDFDocument,
  { currency, total, minor_unit_digits }: StatementDocument,
): void {
  document.y += SPACE_BEFORE;
  const table = beginTable(document, 'Total', totalColumns(currency));
  const { billed_credits, amount, rounded_amount } = total;
  table.row(['Exact', String(billed_credits), amount]);
  if (rounded_amount === null) return;
  const rounded = new Money(rounded_amount).toFixed(minor_unit_digits);
  table.sum(['Rounded total of the billing period', '', rounded]);
}
