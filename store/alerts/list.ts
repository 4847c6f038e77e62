import { Type, type Static } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';

const AlertRow = Type.Object({
  offset: Type.Integer(),
  product: Type.String(),
  rule_id: Type.String(),
  subject: Type.String(),
  number: Type.Integer(),
  value: Type.String(),
  raised_at: Type.Integer(),
  /** 0 while it is open. */
  resolved_at: Type.Integer(),
});
/** An alert: its first record in the log, and when it was resolved. Epoch milliseconds. */
export type AlertRow = Static<typeof AlertRow>;

export interface AlertsRequest {
  /** '' for the platform. */
  readonly orgId: string;
  /** Of this product and of none; undefined for all. */
  readonly product?: string | undefined;
  readonly isOpenOnly: boolean;
  /** Only those whose first record lies before this offset. */
  readonly before?: number | undefined;
  readonly limit: number;
}

/** The alerts of an organisation, the newest first. Of several records under one id the first in the log counts. */
export function readAlerts(
  client: ClickHouseClient,
  { orgId, product, isOpenOnly, before, limit }: AlertsRequest,
): Promise<AlertRow[]> {
  return select(
    client,
    AlertRow,
    `SELECT toInt64(minIf(kafka_offset, kind = 'raised')) AS offset, product, rule_id, subject,
       toInt64(number) AS number, argMinIf(value, kafka_offset, kind = 'raised') AS value,
       toUnixTimestamp64Milli(argMinIf(alert_log.appended_at, kafka_offset, kind = 'raised')) AS raised_at,
       toUnixTimestamp64Milli(argMinIf(alert_log.appended_at, kafka_offset, kind = 'resolved')) AS resolved_at
     FROM alert_log FINAL
     WHERE org_id = {org:String} AND kind IN ('raised', 'resolved')
       ${product === undefined ? '' : `AND product IN ({product:String}, '')`}
     GROUP BY product, rule_id, subject, number
     HAVING countIf(kind = 'raised') > 0 ${isOpenOnly ? `AND countIf(kind = 'resolved') = 0` : ''}
       ${before === undefined ? '' : `AND minIf(kafka_offset, kind = 'raised') < {before:UInt64}`}
     ORDER BY offset DESC LIMIT {limit:UInt32}`,
    { org: orgId, product, before, limit },
  );
}

const ReadRow = Type.Object({ position: Type.Integer(), read: Type.Integer(), unread: Type.Integer() });

/** How far the alerts go, and how far a user has read them: the offset after the last one. */
export async function readReadState(
  client: ClickHouseClient,
  orgId: string,
  userId: string,
): Promise<Static<typeof ReadRow>> {
  const [row] = await select(
    client,
    ReadRow,
    `WITH (SELECT max(number) FROM alert_log WHERE org_id = {org:String} AND kind = 'read' AND subject = {user:String}) AS up_to
     SELECT toInt64(max(offset + 1)) AS position, toInt64(ifNull(up_to, 0)) AS read,
       toInt64(countIf(offset >= ifNull(up_to, 0))) AS unread
     FROM (
       SELECT min(kafka_offset) AS offset FROM alert_log WHERE org_id = {org:String} AND kind = 'raised' GROUP BY record_id
     )`,
    { org: orgId, user: userId },
  );
  return row ?? { position: 0, read: 0, unread: 0 };
}
