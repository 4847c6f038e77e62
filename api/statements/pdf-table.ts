/** A column of a printed table: its head in one or two lines, its width in points. */
export interface Column {
  readonly head: string;
  readonly unit: string;
  readonly width: number;
  readonly align: 'left' | 'right';
}

export const leftColumn = (head: string, unit: string, width: number): Column => ({
  head,
  unit,
  width,
  align: 'left',
});
export const rightColumn = (head: string, unit: string, width: number): Column => ({
  head,
  unit,
  width,
  align: 'right',
});
/** Separates a right-aligned figure from the text after it. */
export const GAP = leftColumn('', '', 8);

type Document = PDFKit.PDFDocument;

export const INK = '#1a1d21';
export const FAINT = '#6b7280';
const RULE = '#d1d5db';
const SHADE = '#f3f4f6';
const PADDING = 4;
const ROW_HEIGHT = 15;
const SLIM_HEIGHT = 11;
const TITLE_HEIGHT = 16;
const HEAD_HEIGHT = 27;
const FONT_SIZE = 8;
const SMALLEST_FONT_SIZE = 4;

/** A table that continues over pages and repeats its head on each. */
export interface PrintedTable {
  /** A line of cells, one for each column, smaller lines of cells and a note that explain it, all on one page. */
  row(cells: readonly string[], details?: readonly (readonly string[])[], note?: string): void;
}

/** Begins a table with its title at the document's current position. @param columns together as wide as the page */
export function beginTable(document: Document, title: string, columns: readonly Column[]): PrintedTable {
  const left = document.page.margins.left;
  const width = columns.reduce((sum, column) => sum + column.width, 0);
  const bottom = document.page.height - document.page.margins.bottom;

  function ensureSpace(height: number): void {
    if (document.y + height <= bottom) return;
    document.addPage();
    head(`${title} (continued)`);
  }

  function head(text: string): void {
    document.font('Helvetica-Bold').fontSize(10).fillColor(INK);
    document.text(text, left, document.y, { lineBreak: false });
    const top = document.y + TITLE_HEIGHT;
    document.rect(left, top, width, HEAD_HEIGHT).fill(SHADE);
    line(
      columns.map((column) => column.head),
      top + 5,
      'Helvetica-Bold',
      FONT_SIZE,
      INK,
    );
    line(
      columns.map((column) => column.unit),
      top + 15,
      'Helvetica',
      FONT_SIZE - 1.5,
      FAINT,
    );
    document.y = top + HEAD_HEIGHT + 2;
  }

  function line(cells: readonly string[], top: number, font: string, fontSize: number, colour: string): void {
    let x = left;
    for (const [index, column] of columns.entries()) {
      const cell = cells[index] ?? '';
      const cellWidth = column.width - 2 * PADDING;
      document.font(font).fontSize(fontSize).fillColor(colour);
      // A long figure is printed smaller instead of cut off or broken.
      for (
        let size = fontSize;
        size > SMALLEST_FONT_SIZE && document.widthOfString(cell) > cellWidth;
        size -= 0.5
      ) {
        document.fontSize(size);
      }
      const slack = column.align === 'right' ? cellWidth - document.widthOfString(cell) : 0;
      if (cell !== '') document.text(cell, x + PADDING + slack, top, { lineBreak: false });
      x += column.width;
    }
  }

  function rule(colour: string): void {
    document
      .moveTo(left, document.y)
      .lineTo(left + width, document.y)
      .lineWidth(0.5)
      .stroke(colour);
  }

  function put(
    cells: readonly string[],
    height: number,
    font: string,
    fontSize: number,
    colour: string,
  ): void {
    const top = document.y;
    line(cells, top + (height - fontSize) / 2, font, fontSize, colour);
    document.y = top + height;
  }

  /** A text over all columns but the first. */
  const noteLeft = left + (columns[0]?.width ?? 0) + PADDING;
  const noteWidth = width - (columns[0]?.width ?? 0) - 2 * PADDING;

  function heightOf(note: string): number {
    document.font('Helvetica').fontSize(FONT_SIZE);
    return document.heightOfString(note, { width: noteWidth }) + PADDING;
  }

  function putNote(note: string, height: number): void {
    const top = document.y;
    document.font('Helvetica').fontSize(FONT_SIZE).fillColor(INK);
    document.text(note, noteLeft, top, { width: noteWidth });
    document.y = top + height;
  }

  // The title, the head and one row stay on one page.
  if (document.y + TITLE_HEIGHT + HEAD_HEIGHT + 3 * ROW_HEIGHT > bottom) document.addPage();
  head(title);
  return {
    row(cells, details = [], note = '') {
      const noteHeight = note === '' ? 0 : heightOf(note);
      ensureSpace(ROW_HEIGHT + details.length * SLIM_HEIGHT + noteHeight);
      rule(RULE);
      put(cells, ROW_HEIGHT, 'Helvetica', FONT_SIZE, INK);
      for (const detail of details) {
        // Breaks the page only within a row that is taller than a page.
        ensureSpace(SLIM_HEIGHT);
        put(detail, SLIM_HEIGHT, 'Helvetica', FONT_SIZE - 1, FAINT);
      }
      if (note !== '') putNote(note, noteHeight);
    },
  };
}
