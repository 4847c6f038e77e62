/** Text for people: numbers with thousands separators, columns that line up. */

/** 1234567 as 1,234,567, signed where it is a difference. */
export const count = (value: number): string => value.toLocaleString('en-US');

export const signed = (value: number): string => (value > 0 ? `+${count(value)}` : count(value));

export const instant = (at: number): string => new Date(at).toISOString();

/** Rows with their columns aligned: to the left where a column has words, to the right where it has numbers only. */
export function table(rows: readonly (readonly string[])[], indent = '  '): string[] {
  const widths: number[] = [];
  const isNumeric: boolean[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
      isNumeric[column] = (isNumeric[column] ?? true) && /^[-+]?[\d,.]*$/.test(cell);
    }
  }
  return rows.map((row) => {
    const cells = row.map((cell, column) =>
      isNumeric[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
    );
    return `${indent}${cells.join('  ')}`.trimEnd();
  });
}
