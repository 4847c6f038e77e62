/** D: what a page of a list may hold, as JSON: less than any client or proxy minds, and 10,000 usual rows fit. */
export const MAX_PAGE_BYTES = 4 * 1024 * 1024;

/**
 * The first rows that fit into a page, at least one: names and endpoints come from outside, and 1,000 calls with the
 * longest ones take 18 MB. The cursor of a page that was cut continues after its last row.
 * @param rows as the answer contains them
 */
export function fittingRows<Row>(rows: readonly Row[], maxBytes = MAX_PAGE_BYTES): readonly Row[] {
  let sizeBytes = 0;
  for (const [index, row] of rows.entries()) {
    sizeBytes += Buffer.byteLength(JSON.stringify(row)) + 1;
    if (sizeBytes > maxBytes && index > 0) return rows.slice(0, index);
  }
  return rows;
}
