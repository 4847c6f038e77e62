import {
  MAX_CREDITS,
  MAX_ENDPOINT_BYTES,
  MAX_TEXT_BYTES,
  nameProblem,
  REJECTED_STATUS,
  wholeFrom,
  type KeptEvents,
  type Reason,
  type Rejection,
} from './event-rules.ts';

/** The names that every event must have, and the reason for rejecting an event with a bad one, in checking order. */
const NAME_RULES = [
  { field: 'org_id', reason: 'org-id' },
  { field: 'product', reason: 'product' },
  { field: 'user_id', reason: 'user-id' },
  { field: 'app_id', reason: 'app-id' },
] as const;
export const NAME_FIELDS = NAME_RULES.map(({ field }) => field);

/** How far occurred_at may lie from the clock; the settings FUTURE_LIMIT_MS and LATENESS_LIMIT_MS. */
export interface TimeLimits {
  readonly futureMs: number;
  readonly latenessMs: number;
}

export interface EventLimits extends TimeLimits, KeptEvents {}

/**
 * What the rules look at. Consumers fill it from an event's bytes, publishers from its object. One instance serves
 * any number of events, because the consumers' path must not allocate: set every field before each validation. The clock
 * is a field too, for the same reason: V8 would allocate it as an argument.
 */
export class EventFacts {
  isUuidV7 = false;
  idTimeIsOccurredAt = false;
  /** Epoch milliseconds; exact only if idTimeIsOccurredAt, because then it has 48 bits. */
  occurredAtMs = 0;
  /**
   * When Kafka appended the record, in epoch milliseconds, so that every redelivery gets the same result. A publisher,
   * which validates before Kafka appends, takes the present time.
   */
  clockMs = 0;
  /** UTF-8 sizes, by the index of NAME_FIELDS. */
  readonly nameBytes = new Int32Array(NAME_RULES.length);
  readonly nameHasControl = new Uint8Array(NAME_RULES.length);
  /** UTF-8 sizes of the texts that may be empty and hold any characters. */
  methodBytes = 0;
  endpointBytes = 0;
  moduleBytes = 0;
  ruleBytes = 0;
  rejectionCauseBytes = 0;
  sourceAddressBytes = 0;
  status = 0;
  credits = 0;
}

/**
 * Whether an event counts: the one implementation of domain.md, "Which events count". An event that breaks several
 * rules gets the first reason in the order of REASONS: id, names, texts, credits, then time.
 * @returns undefined if the event is valid
 */
export function validateEvent(facts: EventFacts, limits: EventLimits): Rejection | undefined {
  return validateId(facts) ?? validateContent(facts) ?? validateTime(facts, limits);
}

function validateId(facts: EventFacts): Rejection | undefined {
  if (!facts.isUuidV7) {
    return { reason: 'event-id', detail: 'it needs version 7, variant 10 and lower-case hexadecimal digits' };
  }
  if (!facts.idTimeIsOccurredAt) {
    return { reason: 'event-id-time', detail: 'its first 48 bits are another instant' };
  }
  return undefined;
}

/** The rules that depend neither on the event's id nor on its time. */
export function validateContent(facts: EventFacts): Rejection | undefined {
  for (let index = 0; index < NAME_RULES.length; index += 1) {
    const detail = nameProblem(facts.nameBytes[index] ?? 0, facts.nameHasControl[index] === 1);
    if (detail !== undefined) return { reason: NAME_RULES[index]?.reason ?? 'not-an-event', detail };
  }
  // One comparison for each text and no loop, which would cost the consumers' path 5 %.
  if (facts.methodBytes > MAX_TEXT_BYTES) return tooLong('method', facts.methodBytes);
  if (facts.endpointBytes > MAX_ENDPOINT_BYTES) return tooLong('endpoint', facts.endpointBytes);
  if (facts.moduleBytes > MAX_TEXT_BYTES) return tooLong('module', facts.moduleBytes);
  if (facts.ruleBytes > MAX_TEXT_BYTES) return tooLong('rule', facts.ruleBytes);
  if (facts.rejectionCauseBytes > MAX_TEXT_BYTES)
    return tooLong('rejection-cause', facts.rejectionCauseBytes);
  if (facts.sourceAddressBytes > MAX_TEXT_BYTES) return tooLong('source-address', facts.sourceAddressBytes);
  const { credits, status } = facts;
  if (!(credits >= 0 && credits <= MAX_CREDITS)) return { reason: 'credits', detail: `${credits} credits` };
  if (status === REJECTED_STATUS && credits > 0) {
    return { reason: 'rejected-with-credits', detail: `status ${status}, ${credits} credits` };
  }
  return undefined;
}

function tooLong(reason: Reason, sizeBytes: number): Rejection {
  return { reason, detail: `it has ${sizeBytes} bytes` };
}

/** The rules about time. */
export function validateTime(
  { occurredAtMs, clockMs }: Pick<EventFacts, 'occurredAtMs' | 'clockMs'>,
  limits: EventLimits,
): Rejection | undefined {
  const aheadMs = occurredAtMs - clockMs;
  if (aheadMs > limits.futureMs) {
    return { reason: 'future-dated', detail: `${aheadMs} ms ahead, FUTURE_LIMIT_MS is ${limits.futureMs}` };
  }
  const wholeSince = wholeFrom(limits, clockMs);
  if (occurredAtMs < wholeSince) {
    const keptFrom = new Date(wholeSince).toISOString();
    return { reason: 'expired', detail: `${-aheadMs} ms late, events are kept from ${keptFrom} on` };
  }
  if (-aheadMs > limits.latenessMs) {
    return { reason: 'too-late', detail: `${-aheadMs} ms late, LATENESS_LIMIT_MS is ${limits.latenessMs}` };
  }
  return undefined;
}
