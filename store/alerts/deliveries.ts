import { Type, type Static } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';

const DeliveryRow = Type.Object({
  delivery_id: Type.String(),
  destination_id: Type.String(),
  event: Type.String(),
  alert_id: Type.String(),
  offset: Type.Integer(),
  created_at: Type.Integer(),
  /** Of the last attempt of the last round. */
  outcome: Type.Enum(['pending', 'retried', 'delivered', 'failed']),
  next_at: Type.Integer(),
  /** Attempts in their order: when, status, error, milliseconds. */
  attempts: Type.Array(Type.Tuple([Type.Integer(), Type.Integer(), Type.String(), Type.Integer()])),
});
/** What became of a delivery. Epoch milliseconds. */
export type DeliveryRow = Static<typeof DeliveryRow>;

/** A place in the list: of two deliveries of one record, one is before the other by its destination. */
export interface DeliveryPlace {
  readonly offset: number;
  readonly destinationId: string;
}

export interface DeliveriesRequest {
  readonly orgId: string;
  readonly destinationId?: string | undefined;
  /** One delivery. */
  readonly deliveryId?: string | undefined;
  readonly after?: DeliveryPlace | undefined;
  readonly limit: number;
}

/** The deliveries of an organisation, those of the newest records first. */
export function readDeliveries(
  client: ClickHouseClient,
  { orgId, destinationId, deliveryId, after, limit }: DeliveriesRequest,
): Promise<DeliveryRow[]> {
  return select(
    client,
    DeliveryRow,
    `SELECT any(each.delivery_id) AS delivery_id, destination_id, any(each.event) AS event, any(each.alert_id) AS alert_id,
       toInt64(kafka_offset) AS offset, toUnixTimestamp64Milli(min(each.created_at)) AS created_at,
       argMax(each.outcome, (each.round, each.attempt)) AS outcome,
       toUnixTimestamp64Milli(argMax(each.next_at, (each.round, each.attempt))) AS next_at,
       arrayMap(made -> (toUnixTimestamp64Milli(made.3), made.4, made.5, made.6), arraySort(groupArrayIf(
         (each.round, each.attempt, each.attempted_at, each.status, each.error, each.duration_ms), each.attempt > 0))) AS attempts
     FROM alert_attempts AS each FINAL
     WHERE org_id = {org:String}
       ${destinationId === undefined ? '' : 'AND destination_id = {destination:String}'}
       ${deliveryId === undefined ? '' : 'AND each.delivery_id = {delivery:String}'}
       ${after === undefined ? '' : 'AND (-toInt64(kafka_offset), destination_id) > (-{after_offset:Int64}, {after_destination:String})'}
     GROUP BY kafka_offset, destination_id
     ORDER BY kafka_offset DESC, destination_id LIMIT {limit:UInt32}`,
    {
      org: orgId,
      destination: destinationId,
      delivery: deliveryId,
      after_offset: after?.offset,
      after_destination: after?.destinationId,
      limit,
    },
  );
}
