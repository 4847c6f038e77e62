import { Type, type Static } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { instant } from '../../platform/clickhouse/sql-time.ts';
import { formatInstant } from '../../domain/instants.ts';

export const OUTCOMES = ['pending', 'retried', 'delivered', 'failed'] as const;

/** An attempt to deliver, or with number 0 that a delivery has begun (schemas/clickhouse/0023). Epoch milliseconds. */
export interface Attempt {
  readonly org_id: string;
  readonly destination_id: string;
  readonly kafka_offset: number;
  readonly round: number;
  readonly attempt: number;
  readonly delivery_id: string;
  readonly event: string;
  readonly alert_id: string;
  readonly created_at: number;
  readonly attempted_at: number;
  readonly duration_ms: number;
  readonly outcome: (typeof OUTCOMES)[number];
  readonly status: number;
  readonly error: string;
  readonly next_at: number;
}

/** Resolves when all of them are on the disk. Repeating it changes nothing. */
export async function recordAttempts(client: ClickHouseClient, attempts: readonly Attempt[]): Promise<void> {
  if (attempts.length === 0) return;
  await client.insert({
    table: 'alert_attempts',
    values: attempts.map((attempt) => ({
      ...attempt,
      created_at: formatInstant(attempt.created_at),
      attempted_at: formatInstant(attempt.attempted_at),
      next_at: formatInstant(attempt.next_at),
    })),
    format: 'JSONEachRow',
  });
}

const UnfinishedRow = Type.Object({
  org_id: Type.String(),
  destination_id: Type.String(),
  kafka_offset: Type.Integer(),
  round: Type.Integer(),
  delivery_id: Type.String(),
  event: Type.String(),
  alert_id: Type.String(),
  created_at: Type.Integer(),
  attempts: Type.Integer(),
  first_at: Type.Integer(),
  next_at: Type.Integer(),
});
/** A delivery that is neither made nor given up. `first_at`: of its first attempt, 0 before it. */
export type Unfinished = Static<typeof UnfinishedRow>;

/** The unfinished deliveries, of each destination the oldest ones. */
export function readUnfinished(
  client: ClickHouseClient,
  perDestination: number,
  limit: number,
): Promise<Unfinished[]> {
  return select(
    client,
    UnfinishedRow,
    `SELECT org_id, destination_id, toInt64(kafka_offset) AS kafka_offset, toInt64(round) AS round,
       any(each.delivery_id) AS delivery_id, any(each.event) AS event, any(each.alert_id) AS alert_id,
       toUnixTimestamp64Milli(min(each.created_at)) AS created_at, toInt64(max(each.attempt)) AS attempts,
       toUnixTimestamp64Milli(minIf(each.attempted_at, each.attempt > 0)) AS first_at,
       toUnixTimestamp64Milli(argMax(each.next_at, each.attempt)) AS next_at
     FROM alert_attempts AS each FINAL
     GROUP BY org_id, kafka_offset, destination_id, round
     HAVING argMax(each.outcome, each.attempt) IN ('pending', 'retried')
     ORDER BY kafka_offset, round
     LIMIT {per_destination:UInt32} BY org_id, destination_id
     LIMIT {limit:UInt32}`,
    { per_destination: perDestination, limit },
  );
}

const CountRow = Type.Object({ delivered: Type.Integer() });

/** Whether anything was delivered to a destination since an instant. */
export async function hasDelivered(
  client: ClickHouseClient,
  { orgId, destinationId, since }: { orgId: string; destinationId: string; since: number },
): Promise<boolean> {
  const [row] = await select(
    client,
    CountRow,
    `SELECT count() AS delivered FROM alert_attempts WHERE org_id = {org:String} AND destination_id = {destination:String}
       AND outcome = 'delivered' AND alert_attempts.attempted_at >= ${instant('since')}`,
    { org: orgId, destination: destinationId, since },
  );
  return (row?.delivered ?? 0) > 0;
}
