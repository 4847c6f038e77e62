import { randomBytes } from 'node:crypto';
import { EventRejectedError } from '../../schemas/event-rejected-error.ts';
import { NOTHING_DROPPED } from '../../schemas/event-rules.ts';
import type { TimeLimits } from '../../schemas/event-validation.ts';
import { MAX_EVENT_BYTES, prepareEvent, type PreparedEvent } from '../../schemas/prepared-event.ts';
import { pooled } from '../../platform/random-pool.ts';
import type { EventFormat } from './formats.ts';
import type { EventResult } from './result.ts';

/** A valid event, or why it is rejected. */
export type Outcome = PreparedEvent | (EventResult & { readonly status: 'rejected' });

/** The reason of an event of an org that the token may not publish for. */
export const FOREIGN_ORG = 'foreign-org';
const MAX_DETAIL_LENGTH = 300;
const random = pooled(randomBytes);

/**
 * Validates one event as the publishing SDK does.
 * @param orgId the only org that the caller may publish for; undefined for any
 * @param nowMs epoch milliseconds
 */
export function prepare(
  event: unknown,
  format: EventFormat,
  { orgId, nowMs, timeLimits }: { orgId: string | undefined; nowMs: number; timeLimits: TimeLimits },
): Outcome {
  try {
    const prepared = prepareEvent(format.toInput(event), nowMs, {
      random,
      // Only the consumers know what retention has dropped.
      limits: { ...NOTHING_DROPPED, ...timeLimits },
      maxEventBytes: MAX_EVENT_BYTES,
    });
    if (orgId === undefined || prepared.record.key === orgId) return prepared;
    return rejected(FOREIGN_ORG, 'the token publishes for another organisation');
  } catch (error) {
    if (error instanceof EventRejectedError) return rejected(error.reason, error.detail);
    throw error;
  }
}

/** Details quote the event, which may be any size and, cut off, end within a character. */
const rejected = (reason: string, detail: string): EventResult & { readonly status: 'rejected' } => ({
  status: 'rejected',
  reason,
  detail: detail.slice(0, MAX_DETAIL_LENGTH).toWellFormed(),
});
