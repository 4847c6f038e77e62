import { stringify } from 'csv-stringify/sync';

export const CSV_MEDIA_TYPE = 'text/csv; charset=utf-8; header=present';

/** A cell: text, a whole number, or nothing. */
export type Cell = string | number | null;

const PLAIN_NUMBER = /^-?\d+(?:\.\d+)?$/;
const AS_IT_IS = { escape_formulas: false };
/** Where a spreadsheet of another locale, which splits lines at these, would begin a formula. */
const LATER_FORMULA = /(?<!^)([;\t|])(?=[=+\-@＝＋－＠])/g;

/**
 * Records as CSV (RFC 4180: CRLF, quoted where needed). Text that a spreadsheet would read as a formula gets a leading
 * apostrophe, also after a character at which other locales split; a plain number such as "-0.15" stays unchanged.
 * D: no byte order mark, which programs would read as part of the first name.
 * @param columns the records' keys, in order: the names of the header line
 * @param withHeader false for records that continue a file
 */
export function csvOf(
  records: readonly Readonly<Record<string, Cell>>[],
  columns: readonly string[],
  withHeader = true,
): string {
  return stringify([...records], {
    columns: [...columns],
    header: withHeader,
    record_delimiter: 'windows',
    eof: true,
    quote_record_delimiter: true,
    escape_formulas: true,
    cast: {
      string: (value) =>
        PLAIN_NUMBER.test(value) ? { value, ...AS_IT_IS } : value.replaceAll(LATER_FORMULA, "$1'"),
    },
  });
}
