import { Money } from '../../domain/money.ts';
import type { StatementDocument } from './document.ts';
import { FAINT, INK } from './pdf-table.ts';
import { printable } from './printable.ts';

const NAME_WIDTH = 110;
const VALUE_WIDTH = 650;

/** The statement's title and the facts that identify it, its status and its total. */
export function printHeading(document: PDFKit.PDFDocument, statement: StatementDocument): void {
  const { left, top } = document.page.margins;
  const isPeriod = statement.total.rounded_amount !== null;
  document.font('Helvetica-Bold').fontSize(18).fillColor(INK);
  document.text('Statement of additional API credits', left, top);
  document.moveDown(0.5);
  const facts: readonly (readonly [string, string])[] = [
    ['Organisation', printable(statement.org_id)],
    ['Product', printable(statement.product)],
    [isPeriod ? 'Billing period' : 'Range of days', `${statement.from} to ${statement.to} (exclusive)`],
    ['Time zone of days', statement.time_zone],
    ['Next billing date', statement.next_billing_date],
    ['Currency', statement.currency],
    ['Issued at', `${statement.issued_at} (UTC)`],
    ['Status', statusOf(statement)],
    ['Total', totalOf(statement)],
  ];
  for (const [name, value] of facts) {
    const { y } = document;
    document.font('Helvetica').fontSize(9).fillColor(FAINT).text(name, left, y, { lineBreak: false });
    document
      .font('Helvetica-Bold')
      .fillColor(INK)
      .text(value, left + NAME_WIDTH, y, { width: VALUE_WIDTH });
    document.y += 3;
  }
  document.y += 12;
}

function statusOf({ days }: StatementDocument): string {
  const open = days.filter(({ status }) => status === 'open').length;
  if (open > 0) return `preliminary: ${open} of ${days.length} days are open and count as they stand`;
  return days.every(({ status }) => status === 'final')
    ? 'final: these days never change'
    : 'closed, not final: a late call may still change a day';
}

function totalOf({ currency, total, minor_unit_digits }: StatementDocument): string {
  if (total.rounded_amount === null) return `${currency} ${total.amount} (exact)`;
  return `${currency} ${new Money(total.rounded_amount).toFixed(minor_unit_digits)}`;
}
