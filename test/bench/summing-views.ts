import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { REJECTED_STATUS } from '../../schemas/event-rules.ts';

const DIMENSIONS = 'user_id, app_id, method, endpoint, module, status, rule, rejection_cause';

/**
 * The two rollups as sums that every insert into a table of events adds to: what one would write instead of sealing. A
 * repeated event counts again, so the sums are inexact, and they are wrong as soon as an insert is repeated.
 * @param events the table; the rollups are its name with _15m and _15m_by
 */
export async function createSummingViews(client: ClickHouseClient, events: string): Promise<void> {
  for (const [suffix, dimensions] of [
    ['15m', ''],
    ['15m_by', `, ${DIMENSIONS}`],
  ] as const) {
    const table = `${events}_${suffix}`;
    const key = `org_id, product, bucket${dimensions}`;
    await client.command({
      query: `CREATE TABLE ${table} ENGINE = SummingMergeTree((calls, credits, rejected))
        PARTITION BY toYYYYMM(bucket) ORDER BY (${key}) SETTINGS fsync_after_insert = 1
        AS SELECT org_id, product, toStartOfFifteenMinutes(occurred_at) AS bucket${dimensions},
          toUInt64(0) AS calls, toUInt64(0) AS credits, toUInt64(0) AS rejected FROM ${events} WHERE 0`,
    });
    await client.command({
      query: `CREATE MATERIALIZED VIEW ${table}_add TO ${table} AS
        SELECT org_id, product, toStartOfFifteenMinutes(occurred_at) AS bucket${dimensions}, count() AS calls,
          sum(toUInt64(events.credits)) AS credits, countIf(status = ${REJECTED_STATUS}) AS rejected
        FROM ${events} AS events GROUP BY ${key}`,
    });
  }
}
