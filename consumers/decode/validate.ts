import {
  MAX_CREDITS,
  MAX_ENDPOINT_BYTES,
  MAX_NAME_BYTES,
  NAME_FIELDS,
  REJECTED_STATUS,
  wholeFrom,
  type KeptEvents,
  type Reason,
  type Rejection,
} from '../../schemas/event-rules.ts';

/** The limits a run is started with (deploy/config.ts, lateSettings); raw events are kept longer than latenessMs. */
export interface Limits extends KeptEvents {
  readonly futureMs: number;
  readonly latenessMs: number;
}

/** What the rules look at, filled by the transcoder: one object for all messages. */
export class EventFacts {
  isUuidV7 = false;
  idTimeIsOccurredAt = false;
  /** Valid only where idTimeIsOccurredAt: then it has 48 bits. */
  occurredAtMs = 0;
  /** By the index of NAME_FIELDS. */
  readonly nameBytes = new Int32Array(NAME_FIELDS.length);
  readonly nameHasControl = new Uint8Array(NAME_FIELDS.length);
  endpointBytes = 0;
  status = 0;
  credits = 0;
}

const NAME_REASONS: readonly Reason[] = NAME_FIELDS.map((field) => {
  const reasons = { org_id: 'org-id', product: 'product', user_id: 'user-id', app_id: 'app-id' } as const;
  return reasons[field];
});

/**
 * The one owner of "which events count" (domain.md). An event with several faults gets the first reason in this
 * order, which is that of REASONS: the id, its time, the names, endpoint, credits, the append time last.
 * @param appendedAtMs when Kafka appended the record: so the verdict is the same on every redelivery.
 * @returns undefined where the event counts.
 */
export function judge(facts: EventFacts, appendedAtMs: number, limits: Limits): Rejection | undefined {
  if (!facts.isUuidV7) return rejection('event-id', 'version or variant bits are not those of a UUIDv7');
  if (!facts.idTimeIsOccurredAt) return rejection('event-id-time', 'the first 48 bits are another instant');
  for (let index = 0; index < NAME_REASONS.length; index += 1) {
    const bytes = facts.nameBytes[index] ?? 0;
    const hasControl = facts.nameHasControl[index] === 1;
    if (bytes === 0 || bytes > MAX_NAME_BYTES || hasControl) {
      const detail = bytes === 0 ? 'empty' : hasControl ? 'has control characters' : `${bytes} bytes`;
      return rejection(NAME_REASONS[index] ?? 'not-an-event', detail);
    }
  }
  if (facts.endpointBytes > MAX_ENDPOINT_BYTES) return rejection('endpoint', `${facts.endpointBytes} bytes`);
  if (facts.credits < 0 || facts.credits > MAX_CREDITS)
    return rejection('credits', `${facts.credits} credits`);
  if (facts.status === REJECTED_STATUS && facts.credits > 0) {
    return rejection('rejected-with-credits', `status ${facts.status}, ${facts.credits} credits`);
  }
  const aheadMs = facts.occurredAtMs - appendedAtMs;
  if (aheadMs > limits.futureMs) {
    return rejection('future-dated', `${aheadMs} ms ahead, limit ${limits.futureMs} ms`);
  }
  const wholeSince = wholeFrom(limits, appendedAtMs);
  if (facts.occurredAtMs < wholeSince) {
    return rejection(
      'expired',
      `${-aheadMs} ms late, events are kept from ${new Date(wholeSince).toISOString()} on`,
    );
  }
  if (-aheadMs > limits.latenessMs) {
    return rejection('too-late', `${-aheadMs} ms late, limit ${limits.latenessMs} ms`);
  }
  return undefined;
}

export function rejection(reason: Reason, detail: string): Rejection {
  return { reason, detail };
}
