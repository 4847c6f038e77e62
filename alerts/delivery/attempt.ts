import type { Attempt, Unfinished } from '../../store/alerts/attempts.ts';
import { nextAttemptAt } from './backoff.ts';
import type { Message } from './message.ts';
import type { AttemptResult } from './post.ts';
import type { Queued } from './queue.ts';

/** An attempt that was made. */
export interface MadeAttempt {
  /** Epoch milliseconds, as `endedAt`. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly durationMs: number;
  readonly result: AttemptResult;
  /** From 0 to 1: spreads the next attempt. */
  readonly random: number;
}

/** When the first attempt of a delivery was made, one that was made at `startedAt` included; epoch milliseconds. */
export const firstAttemptAt = ({ first_at }: Pick<Queued, 'first_at'>, startedAt: number): number =>
  first_at === 0 ? startedAt : first_at;

/** What an attempt makes of its delivery: the row that records it, and the delivery as it goes on, unless it is over. */
export function afterAttempt(
  delivery: Queued,
  { startedAt, endedAt, durationMs, result, random }: MadeAttempt,
): { readonly row: Attempt; readonly next: Queued | undefined } {
  const attempts = delivery.attempts + 1;
  const firstAt = firstAttemptAt(delivery, startedAt);
  const isOver = result.isGone || result.isDelivered;
  const nextAt = isOver ? undefined : nextAttemptAt(attempts, firstAt, endedAt, random);
  const row: Attempt = {
    ...identityOf(delivery),
    attempt: attempts,
    attempted_at: startedAt,
    duration_ms: durationMs,
    outcome: result.isDelivered ? 'delivered' : nextAt === undefined ? 'failed' : 'retried',
    status: result.status,
    error: result.error,
    next_at: nextAt ?? startedAt,
  };
  if (nextAt === undefined) return { row, next: undefined };
  return { row, next: { ...delivery, attempts, first_at: firstAt, next_at: nextAt } };
}

/** A delivery that has begun, of which no attempt was made. */
export const unfinishedOf = (attempt: Attempt, message: Message): Queued => ({
  ...identityOf(attempt),
  next_at: attempt.next_at,
  attempts: attempt.attempt,
  first_at: 0,
  message,
});

/** What a delivery is, whatever becomes of it. */
const identityOf = (each: Unfinished | Attempt) => ({
  org_id: each.org_id,
  destination_id: each.destination_id,
  kafka_offset: each.kafka_offset,
  round: each.round,
  delivery_id: each.delivery_id,
  event: each.event,
  alert_id: each.alert_id,
  created_at: each.created_at,
});
