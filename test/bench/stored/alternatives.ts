import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../../platform/clickhouse/connect.ts';

const Total = Type.Object({ credits: Type.Integer() });

/** [from, to) of an organisation, epoch milliseconds. */
export interface Read {
  readonly orgId: string;
  readonly from: number;
  readonly to: number;
}

/** The credits of a range by a FINAL scan of the events, in the order (hour, org, time) that suits it best. */
export async function finalScan(client: ClickHouseClient, { orgId, from, to }: Read): Promise<number> {
  const [row] = await select(
    client,
    Total,
    `SELECT sum(credits) AS credits FROM call_events FINAL ${rangeSql}`,
    { from, to, org: orgId },
  );
  return row?.credits ?? 0;
}

/** The condition of a range on call_events, by its sorting key's own expressions. Parameters: from, to, org. */
export const rangeSql = `WHERE toStartOfHour(occurred_at) >= toStartOfHour(fromUnixTimestamp64Milli({from:Int64}))
  AND toStartOfHour(occurred_at) <= fromUnixTimestamp64Milli({to:Int64}) AND org_id = {org:String}
  AND occurred_at >= fromUnixTimestamp64Milli({from:Int64}) AND occurred_at < fromUnixTimestamp64Milli({to:Int64})
  AND product = 'crm'`;

/**
 * A table of events as OpenMeter makes it, which sums up raw events in every query and relies on deduplication before
 * the insert: github.com/openmeterio/openmeter at 7e57a39, openmeter/streaming/clickhouse/event_query.go. It holds the
 * calls of these organisations from an instant on; its key keeps any others out of what a query reads.
 */
export async function createOpenMeter(
  client: ClickHouseClient,
  orgIds: readonly string[],
  from: number,
): Promise<void> {
  await client.command({ query: 'DROP TABLE IF EXISTS om_events' });
  await client.command({
    query: `CREATE TABLE om_events (namespace String, id String, type LowCardinality(String), subject String,
        source String, time DateTime, data String, ingested_at DateTime, stored_at DateTime,
        INDEX om_events_stored_at stored_at TYPE minmax GRANULARITY 4, store_row_id String)
      ENGINE = MergeTree PARTITION BY toYYYYMM(time) ORDER BY (namespace, type, subject, toStartOfHour(time))`,
  });
  await client.command({
    query: `INSERT INTO om_events SELECT 'default', toString(event_id), 'api-call', org_id, 'api', occurred_at,
        concat('{"credits":', toString(credits), ',"user":"', user_id, '","app":"', app_id, '","method":"', method,
          '","endpoint":"', endpoint, '","status":', toString(status), '}'),
        appended_at, appended_at, toString(event_id)
      FROM call_events FINAL
      WHERE toStartOfHour(occurred_at) >= toStartOfHour(fromUnixTimestamp64Milli({from:Int64})) AND org_id IN {orgs:Array(String)}`,
    query_params: { from, orgs: orgIds },
  });
}

/** The credits of a range by OpenMeter's query of a meter without windows: meter_query.go of the same folder. */
export async function openMeterQuery(client: ClickHouseClient, { orgId, from, to }: Read): Promise<number> {
  const [row] = await select(
    client,
    Total,
    `SELECT tumbleStart(min(time), toIntervalMinute(1)) AS windowstart, tumbleEnd(max(time), toIntervalMinute(1)) AS windowend,
       sum(ifNotFinite(toFloat64OrNull(JSON_VALUE(data, '$.credits')), null)) AS credits
     FROM om_events WHERE namespace = 'default' AND type = 'api-call' AND subject IN ({org:String})
       AND time >= {from:Int64} AND time < {to:Int64}`,
    { from: Math.floor(from / 1_000), to: Math.floor(to / 1_000), org: orgId },
  );
  return row?.credits ?? 0;
}
