import { createHash } from 'node:crypto';
import type { CallEvent } from '../../schemas/call-event.ts';
import { mintEventId } from '../../schemas/event-id.ts';

/** When the records of these suites were appended, unless a test says otherwise. */
export const APPENDED_AT_MS = Date.UTC(2026, 4, 3, 12);
export const LIMITS = {
  futureMs: 5 * 60_000,
  latenessMs: 35 * 86_400_000,
  retentionMs: 400 * 86_400_000,
  droppedBeforeMs: -Infinity,
};

/** A valid event. Its id is made of the seed and of the final occurred_at, so the two agree. */
export function eventOf(changes: Partial<CallEvent> = {}, seed: number | string = 1): CallEvent {
  const occurred_at = changes.occurred_at ?? APPENDED_AT_MS;
  const random = createHash('sha256').update(String(seed)).digest();
  return {
    event_id: mintEventId(occurred_at, random),
    occurred_at,
    org_id: 'net-83',
    product: 'crm',
    user_id: '83.149.9.216',
    app_id: 'Mozilla/5.0',
    method: 'GET',
    endpoint: '/presentations/logstash',
    module: 'leads',
    status: 200,
    credits: 3,
    rule: 'bytes',
    units: 20_480,
    rejection_cause: '',
    source_address: '83.149.9.216',
    duration_ms: 12,
    ...changes,
  };
}
