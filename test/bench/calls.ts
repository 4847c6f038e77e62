import { completeEvent, type CallEventInput } from '../../schemas/call-event-input.ts';
import type { CallEvent } from '../../schemas/call-event.ts';

const ORGS = 1_000;
const ENDPOINTS = 400;

/** Call number `index` of a steady stream, as an API server hands it over. Every seventh is one giant organisation's. */
export function callInput(index: number, occurredAt: number): CallEventInput {
  const org = index % 7 === 0 ? 0 : index % ORGS;
  return {
    occurred_at: occurredAt,
    org_id: `org-${org}`,
    product: 'crm',
    user_id: `user-${index % 97}`,
    app_id: 'web',
    method: index % 5 === 0 ? 'POST' : 'GET',
    endpoint: `/v2/leads/${index % ENDPOINTS}`,
    module: 'leads',
    status: index % 50 === 0 ? 429 : 200,
    credits: index % 50 === 0 ? 0 : 1 + (index % 3),
    rule: 'records',
    units: index % 200,
    rejection_cause: index % 50 === 0 ? 'credits' : '',
    source_address: `10.0.${index % 256}.7`,
    duration_ms: index % 300,
  };
}

/** The same call as an event. Its id contains the index. */
export function callEvent(index: number, occurredAt: number): CallEvent {
  const random = Buffer.alloc(10);
  random.writeUInt32BE(index, 6);
  return completeEvent(callInput(index, occurredAt), occurredAt, () => random);
}
