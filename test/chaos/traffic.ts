import { randomOf } from '../random.ts';
import type { CallEventInput } from '../../schemas/call-event-input.ts';
import { HOUR_MS } from '../../schemas/time-units.ts';
import { mintEventId } from '../../schemas/event-id.ts';

/** A call as an API server hands it over, with the id and time that the SDK would otherwise add. */
export type Call = CallEventInput & { readonly event_id: string; readonly occurred_at: number };

export const ORGS = Array.from({ length: 6 }, (_, index) => `chaos-${index}`);
/** A call of each organisation costs less than its limit here. */
const CREDIT_LIMITS = [10, 40, 160, 640, 2_560, 10_240];
const USERS = 8;
/** The share of calls answered some time ago, so that sealed hours and closed days change. */
const LATE_SHARE = 0.15;
/** Less than the 48 hours after which a statement is final. */
const MAX_AGE_MS = 40 * HOUR_MS;
/** The share of calls published a second time, as by a client that got no answer. */
const REPEATED_SHARE = 0.05;
const REMEMBERED = 2_000;

/** Random calls: the same for the same seed, except for their times. */
export function createTraffic(seed: number): (now: number) => Call {
  const random = randomOf(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const recent: Call[] = [];
  return (now) => {
    const repeated = random() < REPEATED_SHARE ? recent[below(recent.length)] : undefined;
    if (repeated) return repeated;
    const occurredAt = random() < LATE_SHARE ? now - below(MAX_AGE_MS) : now;
    const isRejected = random() < 0.05;
    const org = below(ORGS.length);
    const call: Call = {
      event_id: mintEventId(occurredAt, Buffer.from(Array.from({ length: 10 }, () => below(256)))),
      occurred_at: occurredAt,
      org_id: ORGS[org] ?? '',
      product: 'crm',
      user_id: `user-${below(USERS)}`,
      app_id: 'web',
      method: 'GET',
      endpoint: `/leads/${below(50)}`,
      status: isRejected ? 429 : 200,
      // Some organisations stay within the included credits, some use additional ones, some exceed their limit.
      credits: isRejected ? 0 : below(CREDIT_LIMITS[org] ?? 0),
    };
    recent[recent.length < REMEMBERED ? recent.length : below(REMEMBERED)] = call;
    return call;
  };
}
