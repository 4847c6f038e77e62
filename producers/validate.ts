import type { CallEvent } from '../schemas/call-event.ts';
import { eventIdMs, parseEventId } from '../schemas/event-id.ts';
import {
  isLonger,
  isName,
  MAX_CREDITS,
  MAX_ENDPOINT_BYTES,
  NAME_FIELDS,
  REASONS,
  REJECTED_STATUS,
  type Reason,
  type Rejection,
} from '../schemas/event-rules.ts';

/** How far occurred_at may lie from the time of publishing; the settings FUTURE_LIMIT_MS and LATENESS_LIMIT_MS. */
export interface TimeLimits {
  readonly futureMs: number;
  readonly latenessMs: number;
}

const REASON_OF_NAME = {
  org_id: 'org-id',
  product: 'product',
  user_id: 'user-id',
  app_id: 'app-id',
} as const satisfies Record<(typeof NAME_FIELDS)[number], Reason>;

/**
 * Whether the event would count (domain.md, "Which events count"), in the order in which the consumer judges.
 * The consumer judges again by the record's append time, which is later than now by the time in the buffer.
 * @param nowMs epoch milliseconds. @returns undefined where the event counts.
 */
export function rejectionOf(event: CallEvent, nowMs: number, limits: TimeLimits): Rejection | undefined {
  return (
    rejectionOfId(event) ?? rejectionOfContent(event) ?? rejectionOfTime(event.occurred_at, nowMs, limits)
  );
}

function rejectionOfId(event: CallEvent): Rejection | undefined {
  const id = parseEventId(event.event_id);
  if (id === undefined) return reject('event-id', `${show(event.event_id)}; leave it out to have one minted`);
  if (eventIdMs(id) !== event.occurred_at) {
    return reject('event-id-time', `the id holds ${eventIdMs(id)}, occurred_at is ${event.occurred_at}`);
  }
  return undefined;
}

/** The rules that hold whatever the event's id and time are. */
export function rejectionOfContent(
  event: Omit<CallEvent, 'event_id' | 'occurred_at'>,
): Rejection | undefined {
  for (const field of NAME_FIELDS) {
    if (!isName(event[field])) return reject(REASON_OF_NAME[field], show(event[field]));
  }
  if (isLonger(event.endpoint, MAX_ENDPOINT_BYTES)) return reject('endpoint', show(event.endpoint));
  if (!(event.credits >= 0 && event.credits <= MAX_CREDITS))
    return reject('credits', `${event.credits} given`);
  if (event.status === REJECTED_STATUS && event.credits > 0) {
    return reject('rejected-with-credits', `${event.credits} given`);
  }
  return undefined;
}

/** The two limits of time. */
export function rejectionOfTime(
  occurredAt: number,
  nowMs: number,
  limits: TimeLimits,
): Rejection | undefined {
  if (occurredAt - nowMs > limits.futureMs) {
    return reject(
      'future-dated',
      `occurred_at ${occurredAt}, now ${nowMs}, FUTURE_LIMIT_MS ${limits.futureMs}; check the clocks`,
    );
  }
  if (nowMs - occurredAt > limits.latenessMs) {
    return reject(
      'too-late',
      `occurred_at ${occurredAt}, now ${nowMs}, LATENESS_LIMIT_MS ${limits.latenessMs}; a backfill runs with a larger limit`,
    );
  }
  return undefined;
}

function reject(reason: Reason, figures: string): Rejection {
  return { reason, detail: `${REASONS[reason]}: ${figures}` };
}

function show(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
