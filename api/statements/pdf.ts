import { buffer } from 'node:stream/consumers';
import PdfKit from 'pdfkit';
import { Money } from '../../domain/money.ts';
import type { StatementDocument } from './document.ts';
import { beginTable, FAINT, INK, type Column } from './pdf-table.ts';
import { printable } from './printable.ts';
import { pause } from './turns.ts';

const MARGIN = 40;
const FOOTER_MARGIN = 50;
/** What is printed before other requests go on: some 20 ms. */
const DAYS_AT_ONCE = 20;

const left = (head: string, unit: string, width: number): Column => ({ head, unit, width, align: 'left' });
const right = (head: string, unit: string, width: number): Column => ({ head, unit, width, align: 'right' });
/** Between a figure and the text after it. */
const GAP = left('', '', 8);

/** 762 points: an A4 page on its side, less the margins. */
const dayColumns = (currency: string): readonly Column[] => [
  left('Day', 'local date', 62),
  left('Begins', 'UTC', 94),
  right('Used', 'credits', 72),
  right('Included', 'credits', 72),
  right('Additional', 'credits used', 72),
  right('Limit', 'additional credits', 76),
  right('Over limit', 'not charged', 72),
  right('Billed', 'credits', 76),
  right('Amount', currency, 84),
  GAP,
  left('Status', '', 74),
];

const adjustmentColumns = (currency: string): readonly Column[] => [
  left('Day', 'local date', 62),
  left('Closed', 'UTC', 130),
  left('Revision', '', 100),
  left('Billed in', 'billing period', 228),
  right('Difference', 'billed credits', 76),
  right('Difference', currency, 84),
  GAP,
  left('', '', 74),
];

/**
 * A statement as PDF, for those who book it. D: figures are written as in the JSON, without marks between thousands:
 * "1.234" and "1,234" are read differently in different countries, and so the files can be compared.
 * Throws where the request that it is printed for has ended.
 */
export async function statementPdf(statement: StatementDocument): Promise<Buffer> {
  const title = `Statement ${statement.org_id} ${statement.product} ${statement.from} to ${statement.to}`;
  const document = new PdfKit({
    size: 'A4',
    layout: 'landscape',
    margins: { top: MARGIN, left: MARGIN, right: MARGIN, bottom: FOOTER_MARGIN },
    bufferPages: true,
    displayTitle: true,
    lang: 'en',
    info: { Title: title, Creator: 'api-credits', CreationDate: new Date(statement.issued_at) },
  });
  printHeading(document, statement);
  await printDays(document, statement);
  printAdjustments(document, statement);
  printTotal(document, statement);
  printNotes(document, statement);
  printFooters(document, statement);
  document.end();
  return buffer(document);
}

function printHeading(document: PDFKit.PDFDocument, statement: StatementDocument): void {
  const isPeriod = statement.total.rounded_amount !== null;
  document.font('Helvetica-Bold').fontSize(18).fillColor(INK);
  document.text('Statement of additional API credits', MARGIN, MARGIN);
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
    document.font('Helvetica').fontSize(9).fillColor(FAINT).text(name, MARGIN, y, { lineBreak: false });
    document
      .font('Helvetica-Bold')
      .fillColor(INK)
      .text(value, MARGIN + 110, y, { width: 650 });
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

async function printDays(document: PDFKit.PDFDocument, { currency, days }: StatementDocument): Promise<void> {
  const table = beginTable(document, 'Days', dayColumns(currency));
  for (const [index, day] of days.entries()) {
    if (index % DAYS_AT_ONCE === DAYS_AT_ONCE - 1) await pause();
    const figures = [
      day.used,
      day.included,
      day.additional_used,
      day.additional_limit,
      day.over_limit,
      day.billed_credits,
    ];
    const revision = day.revision === null ? '' : `, revision ${day.revision}`;
    const slabs = day.slabs.map(({ credits, rate_per_1000, amount }) => [
      '',
      '',
      '',
      '',
      '',
      '',
      `at ${rate_per_1000} per 1000`,
      String(credits),
      amount,
    ]);
    table.row(
      [
        day.day,
        day.from.replace('T', ' ').replace('.000Z', ''),
        ...figures.map(String),
        day.amount,
        '',
        `${day.status}${revision}`,
      ],
      slabs,
    );
  }
}

function printAdjustments(document: PDFKit.PDFDocument, { currency, adjustments }: StatementDocument): void {
  if (adjustments.length === 0) return;
  document.y += 14;
  const table = beginTable(
    document,
    'Adjustments of days whose own statement was final',
    adjustmentColumns(currency),
  );
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

function printTotal(
  document: PDFKit.PDFDocument,
  { currency, total, minor_unit_digits }: StatementDocument,
): void {
  document.y += 14;
  const table = beginTable(document, 'Total', [
    left('Days and adjustments', '', 520),
    right('Billed', 'credits', 76),
    right('Amount', currency, 84),
    left('', '', 82),
  ]);
  const { billed_credits, amount, rounded_amount } = total;
  table.row(['Exact', String(billed_credits), amount]);
  if (rounded_amount === null) return;
  table.sum([
    'Rounded total of the billing period',
    '',
    new Money(rounded_amount).toFixed(minor_unit_digits),
  ]);
}

function printNotes(document: PDFKit.PDFDocument, statement: StatementDocument): void {
  const { currency, minor_unit_digits, total, org_id, product, time_zone } = statement;
  const names = org_id + product;
  const notes = [
    'Additional credits are those used beyond the included ones; billed are those of them within the limit. ' +
      'Amounts of days are exact: each price step’s credits times its rate per 1000.',
    total.rounded_amount === null
      ? 'This range is not exactly one billing period, so its total is exact and not rounded: only the total of a ' +
        'billing period is.'
      : `The total of a billing period is rounded once, half away from zero, to ${minor_unit_digits} decimals of ` +
        `${currency}. Nothing else is rounded.`,
    `A day runs from the first instant of its date in ${time_zone} to the first instant of the next; it has the ` +
      'zone that the organisation had then. The range ends before its last date.',
    ...(printable(names) === names
      ? []
      : ['A character that this file’s font has not is written as its Unicode number, like \\u{4E2D}.']),
  ];
  document.y += 14;
  document.font('Helvetica').fontSize(8).fillColor(FAINT);
  for (const note of notes) document.text(note, MARGIN, document.y, { width: 762, lineGap: 1.5 });
}

function printFooters(document: PDFKit.PDFDocument, statement: StatementDocument): void {
  const { count } = document.bufferedPageRange();
  for (let index = 0; index < count; index += 1) {
    document.switchToPage(index);
    // Below the margin of the text: without this pdfkit would begin a page for it.
    document.page.margins.bottom = 0;
    const y = document.page.height - 32;
    document.font('Helvetica').fontSize(8).fillColor(FAINT);
    document.text(`${statement.from} to ${statement.to}, issued ${statement.issued_at}`, MARGIN, y, {
      lineBreak: false,
    });
    const page = `page ${index + 1} of ${count}`;
    document.text(page, document.page.width - MARGIN - document.widthOfString(page), y, { lineBreak: false });
  }
}
