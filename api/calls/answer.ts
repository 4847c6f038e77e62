import { Type, type Static } from 'typebox';
import { Credits } from '../parameters/counts.ts';
import { Instant } from '../parameters/instant.ts';
import { NextCursor } from '../parameters/page.ts';
import type { CallRow, OneCallRow } from './row.ts';
import { formatInstant } from '../../domain/instants.ts';

const callProperties = {
  event_id: Type.String(),
  occurred_at: Instant,
  user_id: Type.String(),
  app_id: Type.String(),
  product: Type.String(),
  method: Type.String(),
  endpoint: Type.String(),
  module: Type.String({ description: 'Empty where the call names none.' }),
  status: Type.Integer(),
  credits: Credits,
  rule: Type.String({ description: 'The cost rule that gave the credits.' }),
  units: Type.Integer({ description: 'The quantity that the rule priced.' }),
  rejection_cause: Type.String({ description: 'Why the call was rejected; empty where it was not.' }),
  source_address: Type.String(),
  duration_ms: Type.Union([Type.Integer(), Type.Null()]),
};
export const CallAnswer = Type.Object(callProperties, { additionalProperties: false });

export const OneCallAnswer = Type.Object(
  {
    org_id: Type.String(),
    ...callProperties,
    record: Type.Object(
      { appended_at: Instant, partition: Type.Integer({ minimum: 0 }), offset: Type.Integer({ minimum: 0 }) },
      {
        additionalProperties: false,
        description: 'The Kafka record that counts: of several payloads under one id, the first in the log.',
      },
    ),
  },
  { additionalProperties: false },
);

export const CallsAnswer = Type.Object(
  {
    org_id: Type.String(),
    calls: Type.Array(CallAnswer),
    next_cursor: NextCursor,
  },
  { additionalProperties: false },
);

export function callAnswer({ occurred_at, ...call }: CallRow): Static<typeof CallAnswer> {
  return { ...call, occurred_at: formatInstant(occurred_at) };
}

export function oneCallAnswer(orgId: string, row: OneCallRow): Static<typeof OneCallAnswer> {
  const { appended_at, kafka_partition: partition, kafka_offset: offset, ...call } = row;
  const record = { appended_at: formatInstant(appended_at), partition, offset };
  return { org_id: orgId, ...callAnswer(call), record };
}
