import { buffer } from 'node:stream/consumers';
import PdfKit from 'pdfkit';
import type { StatementDocument } from './document.ts';
import { printDays } from './pdf-days.ts';
import { printHeading } from './pdf-heading.ts';
import { printFooters, printNotes } from './pdf-notes.ts';
import { printAdjustments, printTotal } from './pdf-totals.ts';

/** Points. The page is 842 wide, so its tables are 762. */
const MARGIN = 40;
const FOOTER_MARGIN = 50;

/**
 * A statement as PDF, for accounting. D: figures are written as in the JSON, without thousands separators: countries
 * read "1.234" and "1,234" differently, and this way the files can be compared.
 * Throws the abort reason of the request that it is printed for.
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
