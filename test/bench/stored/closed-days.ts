import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../../platform/clickhouse/connect.ts';

const CountRow = Type.Object({ days: Type.Integer() });

/**
 * Charges of all days of a sealed history, in UTC, as ClickHouse sums them up from the rollup: what closing each of them
 * would have appended, but for the prices.
 * @returns how many
 */
export async function storeClosedDays(client: ClickHouseClient): Promise<number> {
  await client.command({
    query: `INSERT INTO daily_charges (org_id, product, day, revision, day_from, day_to, calls, used, included, additional_limit,
        additional_used, billed_credits, over_limit, amount, delta_credits, delta_amount, currency, price_book,
        billed_from, billed_to, closed_at, kafka_offset)
      SELECT org_id, product, day, 1, toDateTime64(day, 3, 'UTC') AS day_from, day_from + INTERVAL 1 DAY, sum(usage_15m.calls),
        sum(usage_15m.credits), 5000, 0, 0, 0, 0, 0, 0, 0, 'EUR', 'prices-1', toStartOfMonth(day), toLastDayOfMonth(day),
        day_from + INTERVAL 25 HOUR, rowNumberInAllBlocks()
      FROM usage_15m FINAL GROUP BY org_id, product, toDate32(bucket) AS day`,
  });
  const [row] = await select(client, CountRow, 'SELECT count() AS days FROM daily_charges');
  return row?.days ?? 0;
}

export async function dropClosedDays(client: ClickHouseClient): Promise<void> {
  for (const table of ['daily_charges', 'charges_by_day'])
    await client.command({ query: `TRUNCATE TABLE ${table}` });
}
