import { DEAD_LETTER_REASONS, isDeadLetterReason, type DeadLetterReason } from '../../schemas/dead-letter.ts';

const BY_PUBLISHER =
  'The publisher must correct the event and publish it again under a new event_id: these bytes can never count.';
const SCHEMA_FIRST =
  'Publish the writer schema to the topic api-calls.schemas, or register it in the schema registry; then check and replay.';
const BACKFILL =
  'If the call is genuine, restart the consumers with a LATENESS_LIMIT_MS above its age (a backfill), then check and replay.';
const CLOCK =
  'Correct the publisher’s clock. Replay only what is known to have the right time: it counts once that time has come.';
const RECORD_AGAIN =
  'Nothing to replay: the order of this topic decides, so a later copy would be another record. The program that appended it must do so again.';

const ADVICE: Readonly<Record<DeadLetterReason, string>> = {
  'not-an-event':
    'Look at the bytes: the publisher must send Avro, or SCHEMA_REGISTRY_URL is missing where the detail says so; then check and replay.',
  'unknown-schema': SCHEMA_FIRST,
  'incompatible-schema':
    'Make the writer schema one that can be resolved to call-event.avsc (the detail says what is in the way), then check and replay; else the publisher sends the call again.',
  'event-id': BY_PUBLISHER,
  'event-id-time': BY_PUBLISHER,
  'org-id': BY_PUBLISHER,
  product: BY_PUBLISHER,
  'user-id': BY_PUBLISHER,
  'app-id': BY_PUBLISHER,
  method: BY_PUBLISHER,
  endpoint: BY_PUBLISHER,
  module: BY_PUBLISHER,
  rule: BY_PUBLISHER,
  'rejection-cause': BY_PUBLISHER,
  'source-address': BY_PUBLISHER,
  credits: BY_PUBLISHER,
  'rejected-with-credits': BY_PUBLISHER,
  'future-dated': CLOCK,
  expired: 'Its day is frozen, because its other events have been dropped: it cannot count any more.',
  'too-late': BACKFILL,
  'not-a-charge': RECORD_AGAIN,
  'charge-after-final': 'Nothing to do: the aggregator makes an adjustment of it in the current period.',
  'not-a-settings-change': RECORD_AGAIN,
  'not-an-alert': RECORD_AGAIN,
};

/** Why a record was quarantined, in words, and what to do about it. @param reason also one of another release */
export function explainReason(reason: string): { readonly rule: string; readonly advice: string } {
  if (isDeadLetterReason(reason)) return { rule: DEAD_LETTER_REASONS[reason], advice: ADVICE[reason] };
  return { rule: reason, advice: 'Another release quarantined it: look the reason up in its documentation.' };
}
