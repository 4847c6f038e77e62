import type { StatementDocument } from './document.ts';
import { rangeText } from './formats.ts';
import { FAINT } from './pdf-table.ts';
import { printable } from './printable.ts';

const SPACE_BEFORE = 14;
const WIDTH = 762;
const FOOTER_HEIGHT = 32;

/** How the figures are to be read. */
export function printNotes(document: PDFKit.PDFDocument, statement: StatementDocument): void {
  document.y += SPACE_BEFORE;
  document.font('Helvetica').fontSize(8).fillColor(FAINT);
  for (const note of notesOf(statement)) {
    document.text(note, document.page.margins.left, document.y, { width: WIDTH, lineGap: 1.5 });
  }
}

function notesOf(statement: StatementDocument): readonly string[] {
  const { currency, minor_unit_digits, total, issuer, org_id, product, time_zone } = statement;
  const names = issuer + org_id + product;
  return [
    'Additional credits are those used beyond the included ones. Those within the additional limit are billed: each ' +
      'price step’s credits times its rate per 1,000.',
    `Amounts are written to ${minor_unit_digits} decimals of ${currency} for reading, and the exact amount stands ` +
      'beside them where it differs. Sums are computed from the exact amounts.',
    total.rounded_amount === null
      ? 'This range is not exactly one billing period. A bill rounds only the total of a billing period.'
      : 'The total of a billing period is rounded once, half away from zero.',
    `A day runs from the first instant of its date in ${time_zone} to the first instant of the next. After a change ` +
      'of the time zone, earlier days keep the one they had.',
    'The row of a day in a final statement stays as the statement was made. Calls that became known later are billed ' +
      'as an adjustment in the period in which they were closed.',
    ...(printable(names) === names
      ? []
      : [
          'A character that this file’s font does not have is written as its Unicode number, like \\u{4E2D}.',
        ]),
  ];
}

/** The range, its time zone and the page number on every page. Call it when all pages are printed. */
export function printFooters(document: PDFKit.PDFDocument, statement: StatementDocument): void {
  const { count } = document.bufferedPageRange();
  for (let index = 0; index < count; index += 1) {
    document.switchToPage(index);
    // The footer lies below the margin of the text: otherwise pdfkit would begin a page for it.
    document.page.margins.bottom = 0;
    const { width, height, margins } = document.page;
    const y = height - FOOTER_HEIGHT;
    document.font('Helvetica').fontSize(8).fillColor(FAINT);
    document.text(`${rangeText(statement)}, days in ${statement.time_zone}`, margins.left, y, {
      lineBreak: false,
    });
    const page = `page ${index + 1} of ${count}`;
    document.text(page, width - margins.right - document.widthOfString(page), y, { lineBreak: false });
  }
}
