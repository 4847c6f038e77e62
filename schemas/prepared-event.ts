import { completeEvent } from './call-event-input.ts';
import { validateCallEvent } from './call-event-validation.ts';
import { encodeCallEvent } from './call-event.ts';
import { EventRejectedError } from './event-rejected-error.ts';
import { describeRejection } from './event-rules.ts';
import type { EventLimits } from './event-validation.ts';

/** A record of the call topic. @param key the org id: one org's events share a partition, so their order is kept. */
export interface OutgoingRecord {
  readonly key: string;
  readonly value: Buffer;
}

/** A valid event, ready for Kafka. */
export interface PreparedEvent {
  readonly eventId: string;
  readonly record: OutgoingRecord;
}

/** Bounds the fields that have no limit of their own. */
export const MAX_EVENT_BYTES = 64 * 1024;

/** Kafka's framing of a record: lengths, deltas, attributes; 7 to 20 bytes. */
const FRAMING_BYTES = 20;

/** The bytes of a record that count towards the bounds of an event, a batch and a buffer. */
export function recordBytes({ key, value }: OutgoingRecord): number {
  return value.length + Buffer.byteLength(key) + FRAMING_BYTES;
}

export interface PreparationOptions {
  /** Returns that many random bytes, for the ids of events without one. */
  readonly random: (bytes: number) => Uint8Array;
  readonly limits: EventLimits;
  readonly maxEventBytes: number;
}

/**
 * Completes, validates and encodes an event: every way to publish one goes through here, so that all accept the same.
 * @param input a CallEventInput, whose shape is checked
 * @param nowMs epoch milliseconds
 * @throws EventRejectedError
 */
export function prepareEvent(
  input: unknown,
  nowMs: number,
  { random, limits, maxEventBytes }: PreparationOptions,
): PreparedEvent {
  const event = completeEvent(input, nowMs, random);
  const rejection = validateCallEvent(event, nowMs, limits);
  if (rejection) throw new EventRejectedError(rejection.reason, describeRejection(rejection));
  const record = { key: event.org_id, value: encodeCallEvent(event) };
  if (recordBytes(record) > maxEventBytes) {
    throw new EventRejectedError(
      'too-large',
      `${recordBytes(record)} bytes, maxEventBytes is ${maxEventBytes}`,
    );
  }
  return { eventId: event.event_id, record };
}
