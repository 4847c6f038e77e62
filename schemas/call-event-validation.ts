import type { CallEvent } from './call-event.ts';
import { eventIdMs, parseEventId } from './event-id.ts';
import {
  hasControlCharacter,
  MAX_ENDPOINT_BYTES,
  MAX_NAME_BYTES,
  MAX_TEXT_BYTES,
  type Rejection,
} from './event-rules.ts';
import { EventFacts, validateContent, validateEvent, type EventLimits } from './event-validation.ts';

/** One for all events: validation is synchronous. */
const facts = new EventFacts();

/**
 * Whether the consumers would count the event. They validate it again by the record's append time, which is later
 * than now by the time that the event waits in the send buffer.
 * @param nowMs epoch milliseconds. @returns undefined if the event is valid
 */
export function validateCallEvent(
  event: CallEvent,
  nowMs: number,
  limits: EventLimits,
): Rejection | undefined {
  const id = parseEventId(event.event_id);
  facts.isUuidV7 = id !== undefined;
  facts.idTimeIsOccurredAt = id !== undefined && eventIdMs(id) === event.occurred_at;
  facts.occurredAtMs = event.occurred_at;
  facts.clockMs = nowMs;
  fillContent(event);
  return validateEvent(facts, limits);
}

/** As validateCallEvent, for an event that has neither id nor time yet. */
export function validateCallContent(
  content: Omit<CallEvent, 'event_id' | 'occurred_at'>,
): Rejection | undefined {
  fillContent(content);
  return validateContent(facts);
}

function fillContent(content: Omit<CallEvent, 'event_id' | 'occurred_at'>): void {
  // In the order of NAME_FIELDS, and without a loop: a field by a name that changes takes five times as long.
  fillName(0, content.org_id);
  fillName(1, content.product);
  fillName(2, content.user_id);
  fillName(3, content.app_id);
  facts.methodBytes = sizeOf(content.method, MAX_TEXT_BYTES);
  facts.endpointBytes = sizeOf(content.endpoint, MAX_ENDPOINT_BYTES);
  facts.moduleBytes = sizeOf(content.module, MAX_TEXT_BYTES);
  facts.ruleBytes = sizeOf(content.rule, MAX_TEXT_BYTES);
  facts.rejectionCauseBytes = sizeOf(content.rejection_cause, MAX_TEXT_BYTES);
  facts.sourceAddressBytes = sizeOf(content.source_address, MAX_TEXT_BYTES);
  facts.status = content.status;
  facts.credits = content.credits;
}

function fillName(index: number, name: string): void {
  facts.nameBytes[index] = sizeOf(name, MAX_NAME_BYTES);
  facts.nameHasControl[index] = Number(hasControlCharacter(name));
}

/** UTF-8 takes at most 3 bytes per UTF-16 unit, so most texts need no measuring: only a size over the limit is exact. */
function sizeOf(text: string, maxBytes: number): number {
  return text.length * 3 > maxBytes ? Buffer.byteLength(text) : text.length;
}
