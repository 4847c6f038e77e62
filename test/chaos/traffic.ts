import { randomOf } from '../random.ts';
import type { CallEventInput } from '../../producers/call-event-input.ts';
import { mintEventId } from '../../schemas/event-id.ts';

/** A call as an API server hands it over, with the id and the time that it would otherwise be given. */
export type Call = CallEventInput & { readonly event_id: string; readonly occurred_at: number };

export const ORGS = Array.from({ length: 6 }, (_, index) => `chaos-${index}`);
const USERS = 8;
/** Of the calls: answered some time ago, so that sealed hours and closed days change. */
const LATE = 0.15;
const LATEST_MS = 60 * 3_600_000;
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
    const call: Call = {
      event_id: mintEventId(occurredAt, Buffer.from(Array.from({ length: 10 }, () => below(256)))),
      occurred_at: occurredAt,
      org_id: ORGS[below(ORGS.length)] ?? '',
      product: 'crm',
      user_id: `user-${below(USERS)}`,
      app_id: 'web',
      method: 'GET',
      endpoint: `/leads/${below(50)}`,
      status: isRejected ? 429 : 200,
      credits: isRejected ? 0 : below(40),
    };
    recent[recent.length < REMEMBERED ? recent.length : below(REMEMBERED)] = call;
    return call;
  };
}
