import { encodePosition, pageOfLog } from '../../../api/calls/cursor.ts';
import { fittingRows, MAX_PAGE_BYTES } from '../../../api/parameters/page-bytes.ts';
import { pageOf } from '../../../api/parameters/page.ts';

const LONG = '\u0001'.repeat(2_048);

describe('a page of rows with long texts', () => {
  it('holds as many as fit, and at least one', () => {
    expect(fittingRows(['aaaa', 'bbbb', 'cccc'], 14)).toEqual(['aaaa', 'bbbb']);
    expect(fittingRows(['a'.repeat(100), 'b'], 14)).toHaveLength(1);
    expect(fittingRows([], 14)).toEqual([]);
  });

  it('of a log ends where the rows are too large, and its cursor continues there', () => {
    const rows = Array.from({ length: 1_001 }, (_, index) => ({
      occurred_at: 5_000 - index,
      event_id: `01890a5d-ac96-774b-bcce-${String(index).padStart(12, '0')}`,
      endpoint: LONG,
    }));
    const { page, next_cursor } = pageOfLog(rows, 1_000);
    expect(Buffer.byteLength(JSON.stringify(page))).toBeLessThan(MAX_PAGE_BYTES);
    expect(page.length).toBeGreaterThan(300);
    const last = rows[page.length - 1];
    expect(next_cursor).toBe(
      last && encodePosition({ occurredAt: last.occurred_at, eventId: last.event_id }),
    );
  });

  it('of a list in memory is followed to its end by the cursors', () => {
    const entries = Array.from({ length: 900 }, (_, index) => ({ id: String(index), reason: LONG }));
    const seen: string[] = [];
    let pages = 0;
    for (let cursor: string | undefined; ; pages += 1) {
      const { page, next_cursor } = pageOf(
        entries,
        ({ id }) => id,
        (entry) => entry,
        cursor === undefined ? { limit: 1_000 } : { limit: 1_000, cursor },
      );
      seen.push(...page.map(({ id }) => id));
      if (next_cursor === null) break;
      cursor = next_cursor;
    }
    expect(seen).toEqual(entries.map(({ id }) => id));
    expect(pages).toBe(2);
  });
});
