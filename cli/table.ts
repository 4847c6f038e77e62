/** Text for people: numbers with thousands separators, columns that line up. */

/** 1234567 as 1,234,567, signed where it is a difference. */
export const count = (value: number): string => value.toLocaleString('en-US');

export const signed = (value: number): string => (value > 0 ? `+${count(value)}` : count(value));

export const instant = (at: number): string => new Date(at).toISOString();

/**
 * Rows with their columns aligned: to the left where a column has words, to the right where it has numbers only.
 * @param header above the columns, aligned as they are
 */
export function table(rows: readonly (readonly string[])[], header: readonly string[] = []): string[] {
  const all = header.length > 0 ? [header, ...rows] : rows;
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
