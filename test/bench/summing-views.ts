import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { REJECTED_STATUS } from '../../schemas/event-rules.ts';
import { keyOf, ROLLUPS, selectOf } from '../../store/usage/breakdowns.ts';

/**
 * The rollups of sealed hours as sums that every insert into a table of events adds to: what one would write instead of sealing. A
 * repeated event counts again, so the sums are inexact, and they are wrong as soon as an insert is repeated.
 * @param events the table; the names of the rollups begin with it: the totals are its name with _15m
 */
export async function createSummingViews(client: ClickHouseClient, events: string): Promise<void> {
  for (const rollup of ROLLUPS) {
    const table = rollup.table.replace('usage', events);
    const key = keyOf(rollup);
    const columns = [
      'org_id',
      'product',
      'toStartOfFifteenMinutes(occurred_at) AS bucket',
      ...selectOf(rollup),
    ].join(', ');
    await client.command({
      query: `CREATE TABLE ${table} ENGINE = SummingMergeTree((calls, credits, rejected))
        PARTITION BY toYYYYMM(bucket) ORDER BY (${key}) SETTINGS fsync_after_insert = 1
        AS SELECT ${columns},
          toUInt64(0) AS calls, toUInt64(0) AS credits, toUInt64(0) AS rejected FROM ${events} WHERE 0`,
    });
    await client.command({
      query: `CREATE MATERIALIZED VIEW ${table}_add TO ${table} AS
        SELECT ${columns}, count() AS calls,
          sum(toUInt64(events.credits)) AS credits, countIf(status = ${REJECTED_STATUS}) AS rejected
        FROM ${events} AS events GROUP BY ${key}`,
    });
  }
}
