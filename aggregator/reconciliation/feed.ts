import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { difference, type Difference } from '../../store/reconciliation/difference.ts';

const DayRow = Type.Object({ day: Type.String(), charges: Type.Integer(), feed: Type.Integer() });
const MAX_FOUND = 100;

const COLUMNS = `org_id, product, day, revision, day_from, day_to, used, billed_credits, amount, delta_credits, delta_amount,
  price_book, billed_from, billed_to, closed_at, kafka_offset`;
const side = (table: string, isFeed: 0 | 1): string =>
  `SELECT day, cityHash64(${COLUMNS}) AS revision, ${isFeed} AS is_feed FROM ${table} FINAL`;

/** Compares the copy of the charges that the feed reads with the charges, date by date: every column of every revision. */
export async function checkFeed(client: ClickHouseClient): Promise<Difference[]> {
  const rows = await select(
    client,
    DayRow,
    `SELECT toString(day) AS day, countIf(is_feed = 0) AS charges, countIf(is_feed = 1) AS feed
     FROM (${side('daily_charges', 0)} UNION ALL ${side('charges_by_day', 1)})
     GROUP BY day HAVING sumIf(revision, is_feed = 0) != sumIf(revision, is_feed = 1) ORDER BY day LIMIT ${MAX_FOUND}`,
  );
  return rows.map(({ day, charges, feed }) =>
    difference(
      'feed-differs',
      day,
      `${charges} revisions`,
      feed === charges ? 'others' : `${feed} revisions`,
      { day },
    ),
  );
}
