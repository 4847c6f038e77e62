import { completeEvent } from './call-event-input.ts';
import { validateCallEvent } from './call-event-validation.ts';
import { placeCallEvent } from './call-event.ts';
import { EventRejectedError } from './event-rejected-error.ts';
import { describeRejection } from './event-rules.ts';
import type { EventLimits } from './event-validation.ts';
import { PlacedRecord, sizeOf } from './placed-record.ts';

/** A record of the call topic. @param key the org id: one org's events share a partition, so their order is kept. */
export interface OutgoingRecord {
  readonly key: string;
  readonly value: Buffer;
  /** Of traced records; most have none, and are encoded faster. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A valid event, ready for Kafka. */
export interface PreparedEvent {
  readonly eventId: string;
  readonly record: PlacedRecord;
}

/** Bounds the fields that have no limit of their own. */
export const MAX_EVENT_BYTES = 64 * 1024;

/** As counted by sizeOf. */
export function recordBytes(record: OutgoingRecord): number {
  if (record instanceof PlacedRecord) return record.sizeBytes;
  return sizeOf(record.key, record.value.length);
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
  const record = new PlacedRecord(event.org_id, placeCallEvent(event));
  if (record.sizeBytes > maxEventBytes) {
    throw new EventRejectedError('too-large', `${record.sizeBytes} bytes, maxEventBytes is ${maxEventBytes}`);
  }
  return { eventId: event.event_id, record };
}
