import { Type, type Static } from 'typebox';

export const CallRow = Type.Object({
  event_id: Type.String(),
  occurred_at: Type.Integer(),
  user_id: Type.String(),
  app_id: Type.String(),
  product: Type.String(),
  method: Type.String(),
  endpoint: Type.String(),
  module: Type.String(),
  status: Type.Integer(),
  credits: Type.Integer(),
  rule: Type.String(),
  units: Type.Integer(),
  rejection_cause: Type.String(),
  source_address: Type.String(),
  duration_ms: Type.Union([Type.Integer(), Type.Null()]),
});
/** One distinct call; `occurred_at` in epoch milliseconds. */
export type CallRow = Static<typeof CallRow>;

/** The columns of a CallRow, from `call_events`. */
export const CALL_COLUMNS = `toString(call_events.event_id) AS event_id,
  toUnixTimestamp64Milli(call_events.occurred_at) AS occurred_at, user_id, app_id, product, method, endpoint, module,
  status, credits, rule, units, rejection_cause, source_address, duration_ms`;

export const OneCallRow = Type.Object({
  ...CallRow.properties,
  appended_at: Type.Integer(),
  kafka_partition: Type.Integer(),
  kafka_offset: Type.Integer(),
});
/** A call and its Kafka record; `appended_at` in epoch milliseconds. */
export type OneCallRow = Static<typeof OneCallRow>;
