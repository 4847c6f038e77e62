import { printableLine } from '../platform/printable-text.ts';

/** Text for people: numbers with thousands separators, aligned columns. */

/** 1234567 as 1,234,567. */
export const count = (value: number): string => value.toLocaleString('en-US');

/** A difference, with its sign: +1,234,567. */
export const signed = (value: number): string => (value > 0 ? `+${count(value)}` : count(value));

/**
 * Aligns the columns of rows: to the right where a column has numbers only, else to the left.
 * Every cell is one line, whatever it contains.
 * @param header a first row, aligned like its columns
 */
export function table(rows: readonly (readonly string[])[], header: readonly string[] = []): string[] {
  const all = (header.length > 0 ? [header, ...rows] : rows).map((row) => row.map(printableLine));
  const columns = Math.max(0, ...all.map((row) => row.length));
  const layout = Array.from({ length: columns }, (_, column) => ({
    width: Math.max(...all.map((row) => row[column]?.length ?? 0)),
    isNumeric: rows.every((row) => /^[-+]?[\d,.]*$/.test(row[column] ?? '')),
  }));
  return all.map((row) => {
    const cells = layout.map(({ width, isNumeric }, column) =>
      isNumeric ? (row[column] ?? '').padStart(width) : (row[column] ?? '').padEnd(width),
    );
    return `  ${cells.join('  ')}`.trimEnd();
  });
}
