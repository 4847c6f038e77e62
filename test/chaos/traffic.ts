import { randomOf } from '../random.ts';
import type { CallEventInput } from '../../producers/call-event-input.ts';
import { mintEventId } from '../../schemas/event-id.ts';

/** A call as an API server hands it over, with the id and the time that it would otherwise be given. */
export type Call = CallEventInput & { readonly event_id: string; readonly occurred_at: number };

export const ORGS = Array.from({ length: 6 }, (_, index) => `chaos-${index}`);
/** A call of each organisation costs less than this. */
const DEAREST = [10, 40, 160, 640, 2_560, 10_240];
const USERS = 8;
/** Of the calls: answered some time ago, so that sealed hours and closed days change. */
const LATE = 0.15;
/** Less than the 48 hours after which a statement is final. */
const LATEST_MS = 40 * 3_600_000;
/** Of the calls: published a second time, as a client does that got no answer. */
const REPEATED = 0.05;
const REMEMBERED = 2_000;

/** Calls by chance, the same for a seed but for the clock. */
export function createTraffic(seed: number): (now: number) => Call {
  const random = randomOf(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const recent: Call[] = [];
  return (now) => {
    const repeated = random() < REPEATED ? recent[below(recent.length)] : undefined;
    if (repeated) return repeated;
    const occurredAt = random() < LATE ? now - below(LATEST_MS) : now;
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
      // Some organisations stay within what is included, some use additional credits, some more than they allow.
      credits: isRejected ? 0 : below(DEAREST[org] ?? 0),
    };
    recent[recent.length < REMEMBERED ? recent.length : below(REMEMBERED)] = call;
    return call;
  };
}
