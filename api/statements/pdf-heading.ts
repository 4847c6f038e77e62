import { canonical, parseMoney, sumMoney } from '../../domain/money.ts';
import { currencyOf, type StatementDocument } from './document.ts';
import { creditsText, dateText, exactText, moneyText, rangeText } from './formats.ts';
import { FAINT, INK } from './pdf-table.ts';
import { printable } from './printable.ts';

const NAME_WIDTH = 110;
const VALUE_WIDTH = 650;

/** Who bills whom for what, the status, and the total, which no other place of the statement repeats. */
export function printHeading(document: PDFKit.PDFDocument, statement: StatementDocument): void {
  const { left, top } = document.page.margins;
  document.font('Helvetica-Bold').fontSize(18).fillColor(INK);
  document.text('Statement of additional API credits', left, top);
  document.moveDown(0.5);
  for (const [name, value] of factsOf(statement)) {
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

function factsOf(statement: StatementDocument): readonly (readonly [string, string])[] {
  const { total, issuer, org_id, product, days, time_zone, currency } = statement;
  const isPeriod = total.rounded_amount !== null;
  const range = `${rangeText(statement)}, ${days.length === 1 ? '1 day' : `${days.length} days`}`;
  return [
    ['Issuer', printable(issuer)],
    ['Recipient', `organisation ${printable(org_id)}`],
    ['Product', printable(product)],
    [isPeriod ? 'Billing period' : 'Range of days', range],
    ['Time zone of days', time_zone],
    ['Issued on', dateText(statement.localDateOf(statement.issued_at))],
    ['Next billing date', dateText(statement.next_billing_date)],
    ['Currency', currency],
    ['Status', statusOf(statement)],
    ['Total', totalOf(statement)],
    ...partsOf(statement),
  ];
}

function statusOf({ days }: StatementDocument): string {
  const ahead = days.filter(({ begun }) => !begun).length;
  const open = days.filter(({ status, begun }) => status === 'open' && begun).length;
  const parts = [];
  if (open === 1) parts.push(`1 of ${days.length} days is open and counts as it stands`);
  if (open > 1) parts.push(`${open} of ${days.length} days are open and count as they stand`);
  if (ahead > 0) parts.push(`${ahead} of ${days.length} days ${ahead === 1 ? 'has' : 'have'} not begun`);
  if (parts.length > 0) return `preliminary: ${parts.join('; ')}`;
  return days.every(({ status }) => status === 'final')
    ? 'final: these days never change'
    : 'closed, not final: a late call may still change a day';
}

/** "$1.34 for 9,536 billed credits (exactly $1.33504)" */
function totalOf(statement: StatementDocument): string {
  const { total } = statement;
  const currency = currencyOf(statement);
  const amount = moneyText(total.rounded_amount ?? total.amount, currency);
  const exact = exactText(total.amount, currency);
  return (
    `${amount} for ${creditsText(total.billed_credits)} billed credits` +
    (exact === undefined ? '' : ` (exactly ${exact})`)
  );
}

/** How the total divides into days and adjustments, if there are any. */
function partsOf(statement: StatementDocument): readonly (readonly [string, string])[] {
  const { total, adjustments } = statement;
  if (adjustments.length === 0) return [];
  const currency = currencyOf(statement);
  const credits = adjustments.reduce((sum, { delta_credits }) => sum + delta_credits, 0);
  const amount = sumMoney(adjustments.map(({ delta_amount }) => parseMoney(delta_amount)));
  const text = (count: number, exact: string): string =>
    `${exactText(exact, currency) ?? moneyText(exact, currency)} for ${creditsText(count)} billed credits`;
  return [
    [
      'of which days',
      text(total.billed_credits - credits, canonical(parseMoney(total.amount).minus(amount))),
    ],
    ['of which adjustments', text(credits, canonical(amount))],
  ];
}
