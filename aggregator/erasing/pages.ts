/** They are query parameters, which travel in the request's URL. */
const ROWS_PER_STATEMENT = 100;

/** Rows in pages of as many as one statement takes. */
export function* pagesOf<Row>(rows: readonly Row[]): Generator<Row[]> {
  for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT)
    yield rows.slice(start, start + ROWS_PER_STATEMENT);
}
