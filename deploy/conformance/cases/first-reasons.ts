import { MAX_CREDITS } from '../../../schemas/event-rules.ts';
import { type EventCase, call, FULL, malformed, rejected } from './event-case.ts';

/** Events that break several rules: the first rule gives the reason. */
export const FIRST_REASON_CASES: readonly EventCase[] = [
  malformed('the shape is checked before the id', call({ event_id: 'call-1', credits: '1' })),
  rejected('event-id', 'the id is checked before the names', { event_id: 'call-1', org_id: '' }),
  rejected('event-id-time', 'the time in the id is checked before the names', {
    event_id: FULL.event_id,
    org_id: '',
  }),
  rejected('org-id', 'the org is checked before the product', {
    org_id: '',
    product: '',
    user_id: '',
    app_id: '',
  }),
  rejected('app-id', 'the names are checked before the texts', { app_id: '', method: 't'.repeat(129) }),
  rejected('source-address', 'the texts are checked before the credits', {
    source_address: 't'.repeat(129),
    credits: -1,
  }),
  rejected('credits', 'the credits are checked before the status', { status: 429, credits: MAX_CREDITS + 1 }),
  rejected('rejected-with-credits', 'the credits are checked before the time', {
    status: 429,
    occurred_at: 0,
  }),
  rejected('too-late', 'the time is checked before the size', { occurred_at: 0 }, { max_event_bytes: 1 }),
];
