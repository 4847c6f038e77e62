import { Type, type Static } from 'typebox';
import { formatInstant, Instant } from '../parameters/instant.ts';
import type { CallRow } from './read.ts';

export const CallAnswer = Type.Object(
  {
    event_id: Type.String(),
    occurred_at: Instant,
    user_id: Type.String(),
    app_id: Type.String(),
    product: Type.String(),
    method: Type.String(),
    endpoint: Type.String(),
    module: Type.String({ description: 'Empty where the product names none.' }),
    status: Type.Integer(),
    credits: Type.Integer({ minimum: 0 }),
    rule: Type.String({ description: 'The cost rule that gave the credits.' }),
    units: Type.Integer({ description: 'What the rule counted.' }),
    rejection_cause: Type.String({ description: 'Why it was rejected; empty where it was not.' }),
    source_address: Type.String(),
    duration_ms: Type.Union([Type.Integer(), Type.Null()]),
  },
  { additionalProperties: false },
);

export const CallsAnswer = Type.Object(
  {
    org_id: Type.String(),
    calls: Type.Array(CallAnswer),
    next_cursor: Type.Union([Type.String(), Type.Null()], { description: 'Null at the end.' }),
  },
  { additionalProperties: false },
);

export function callAnswer({ occurred_at, ...call }: CallRow): Static<typeof CallAnswer> {
  return { ...call, occurred_at: formatInstant(occurred_at) };
}
