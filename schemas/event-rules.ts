import { DAY_MS, MINUTE_MS } from './time-units.ts';

/**
 * The limits on a call event and the reasons for rejecting one (domain.md, "Which events count").
 * event-validation.ts applies them.
 */

export const MAX_CREDITS = 1_000_000;
export const MAX_NAME_BYTES = 128;
/** Of the texts that may be empty and hold any characters. */
export const MAX_TEXT_BYTES = 128;
export const MAX_ENDPOINT_BYTES = 2_048;
export const REJECTED_STATUS = 429;

/** How far occurred_at may lie after the record's append time. */
export const FUTURE_LIMIT_MS: number = 5 * MINUTE_MS;
/** How far occurred_at may lie before the record's append time; a backfill is a run with a larger limit. */
export const LATENESS_LIMIT_MS: number = 35 * DAY_MS;

/** D: how long raw events are kept. Older days are frozen, and an event for one of them is rejected as expired. */
export const RETENTION_DAYS = 400;

/** Which raw events retention has left. */
export interface KeptEvents {
  /** How long the table keeps events, by its own TTL, in milliseconds; Infinity if it drops none. */
  readonly retentionMs: number;
  /** Events before this epoch millisecond may have been dropped under an earlier, shorter retention; else -Infinity. */
  readonly droppedBeforeMs: number;
}

export const NOTHING_DROPPED: KeptEvents = { retentionMs: Infinity, droppedBeforeMs: -Infinity };

/**
 * The epoch millisecond from which raw events are complete, as seen at an instant. Everything before it is frozen:
 * its events cannot be counted again, and a new event would be counted alone.
 */
export function wholeFrom({ retentionMs, droppedBeforeMs }: KeptEvents, instant: number): number {
  return Math.max(droppedBeforeMs, instant - retentionMs);
}

/** Unicode's category Cc. Unit by unit: a regular expression takes five times as long, four times an event. */
export function hasControlCharacter(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x20 || (unit >= 0x7f && unit < 0xa0)) return true;
  }
  return false;
}

/**
 * What is wrong with the name of an org, a product, a user or an app.
 * @returns undefined if it has 1 to 128 bytes of UTF-8 and no control characters
 */
export function nameProblem(sizeBytes: number, hasControl: boolean): string | undefined {
  if (sizeBytes === 0) return 'it is empty';
  if (hasControl) return 'it has control characters';
  return sizeBytes > MAX_NAME_BYTES ? `it has ${sizeBytes} bytes` : undefined;
}

/** Whether a text may name an org, a product, a user or an app. */
export function isName(text: string): boolean {
  return nameProblem(Buffer.byteLength(text), hasControlCharacter(text)) === undefined;
}

/** Why an event is rejected, in the order in which the rules are checked. */
export const REASONS = {
  'not-an-event': 'the bytes are not an Avro encoded event',
  'unknown-schema':
    'no schema with the fingerprint or registry id in the header was published before the event',
  'incompatible-schema': 'the writer schema cannot be read as a call event',
  'event-id': 'event_id is not a UUIDv7',
  'event-id-time': 'the time in event_id is not occurred_at',
  'org-id': 'org_id is empty, over 128 bytes or has control characters',
  product: 'product is empty, over 128 bytes or has control characters',
  'user-id': 'user_id is empty, over 128 bytes or has control characters',
  'app-id': 'app_id is empty, over 128 bytes or has control characters',
  method: 'method is over 128 bytes',
  endpoint: 'endpoint is over 2,048 bytes',
  module: 'module is over 128 bytes',
  rule: 'rule is over 128 bytes',
  'rejection-cause': 'rejection_cause is over 128 bytes',
  'source-address': 'source_address is over 128 bytes',
  credits: 'credits are not between 0 and 1,000,000',
  'rejected-with-credits': 'a call with status 429 must cost 0 credits',
  'future-dated': 'occurred_at lies too far after the time at which Kafka appended the record',
  expired: 'occurred_at lies before what retention keeps: its day is frozen',
  'too-late': 'occurred_at lies too far before the time at which Kafka appended the record',
} as const;
export type Reason = keyof typeof REASONS;

/** Why an event does not count, and the values that broke the rule. */
export interface Rejection {
  readonly reason: Reason;
  readonly detail: string;
}

/** A rejection as a sentence: the rule, then the values. */
export function describeRejection({ reason, detail }: Rejection): string {
  return `${REASONS[reason]}: ${detail}`;
}
