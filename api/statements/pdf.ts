import { buffer } from 'node:stream/consumers';
import PdfKit from 'pdfkit';
import type { StatementDocument } from './document.ts';
import { rangeText } from './formats.ts';
import { printDays } from './pdf-days.ts';
import { printHeading } from './pdf-heading.ts';
import { printFooters, printNotes } from './pdf-notes.ts';
import { printAdjustments } from './pdf-adjustments.ts';

/** Points. The page is 842 wide, so its tables are 762. */
const MARGIN = 40;
const FOOTER_MARGIN = 50;

/**
 * A statement as PDF, for people: the CSV has the figures for programs.
 * Throws the abort reason of the request that it is printed for.
 */
export async function statementPdf(statement: StatementDocument): Promise<Buffer> {
  const title = `Statement ${statement.org_id} ${statement.product}, ${rangeText(statement)}`;
  const document = new PdfKit({
    size: 'A4',
    layout: 'landscape',
    margins: { top: MARGIN, left: MARGIN, right: MARGIN, bottom: FOOTER_MARGIN },
    bufferPages: true,
    displayTitle: true,
    lang: 'en',
    info: {
      Title: title,
      Author: statement.issuer,
      Creator: 'api-credits',
      CreationDate: new Date(statement.issued_at),
    },
  });
  printHeading(document, statement);
  await printDays(document, statement);
  printAdjustments(document, statement);
  printNotes(document, statement);
  printFooters(document, statement);
  document.end();
  return buffer(document);
}
