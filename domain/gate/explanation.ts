import { formatInstant } from '../instants.ts';
import { quotaFields } from '../quota-fields.ts';
import type { LimitStanding, Shortage } from './protocol.ts';
import type { LimitName, Scope } from './scopes.ts';
import { DAY_MS, SECOND_MS } from '../../schemas/time-units.ts';

/**
 * How an answer explains the limits: the fields RateLimit-Policy and RateLimit, and of a rejected call a problem document
 * (RFC 9457) of a type of draft-ietf-httpapi-ratelimit-headers-10.
 */

const POLICIES: Readonly<Record<Scope, string>> = {
  org: 'credits',
  user: 'user-budget',
  app: 'app-budget',
  team: 'team-budget',
};
const CAP_POLICY = 'spending-cap';
const PROBLEM_TYPES = 'https://iana.org/assignments/http-problem-types';
const WHAT: Readonly<Record<Scope, (name: string) => string>> = {
  org: () => 'of the organisation',
  user: (name) => `of the user ${name}`,
  app: (name) => `of the app ${name}`,
  team: (name) => `of the team ${name}`,
};
/** Where it is unknown when credits return. */
const RETRY_SOON_S = 1;

type Named = Pick<LimitName, 'scope'> & { readonly shortage?: Shortage | undefined };

/** Not the name of a user or a team: every client of the organisation sees the fields. */
const policyOf = ({ scope, shortage }: Named): string =>
  shortage?.spending_cap ? CAP_POLICY : POLICIES[scope];

/**
 * The fields of every answer. Credits in 24 hours, the quota's unit being credits; by a cap, in the billing day.
 * @param at when more is available, as far as that is known
 */
export function rateLimitFields(
  standing: LimitStanding,
  now: number,
  at: Instant = standing.shortage?.available_at ?? null,
): Record<string, string> {
  const { limit, available, shortage } = standing;
  const cap = shortage?.spending_cap;
  return quotaFields({
    policy: policyOf(standing),
    unit: 'credits',
    // A billing day is not always 24 hours long, and a policy need not name its window.
    ...(cap ? { quota: cap.day_credits } : { quota: limit, windowS: DAY_MS / SECOND_MS }),
    remaining: available,
    resetS: isKnown(at) ? secondsUntil(at, now) : undefined,
  });
}

/** Why a call was rejected, for its event: at most 128 bytes. */
export const rejectionCauseOf = (named: Named): string => `limit: ${policyOf(named)}`;

/** The answer to a rejected call. */
export interface RejectionAnswer {
  readonly status: 429;
  readonly headers: Readonly<Record<string, string>>;
  /** The problem document. */
  readonly problem: Readonly<Record<string, unknown>>;
}

/** @param standing undefined where no gate has said how the limit stands. @param now epoch milliseconds */
export function rejectionAnswer(
  standing: LimitStanding | undefined,
  credits: number,
  now: number,
): RejectionAnswer {
  if (standing === undefined) {
    return {
      status: 429,
      headers: { 'retry-after': String(RETRY_SOON_S) },
      problem: {
        type: `${PROBLEM_TYPES}#temporary-reduced-capacity`,
        title: 'It is not known whether there are credits left',
        status: 429,
        credits,
        detail: 'The gate has not said how many credits are left: try again in a second.',
      },
    };
  }
  const { shortage } = standing;
  // Of a call that costs less than the one it was computed for, the instant is late, and never early.
  const at = shortage && shortage.needed >= credits ? shortage.available_at : undefined;
  return {
    status: 429,
    headers: {
      // Not the instant of a cheaper call: the draft has no Retry-After before the reset.
      ...rateLimitFields(standing, now, at ?? null),
      ...(at !== null && { 'retry-after': String(at === undefined ? RETRY_SOON_S : secondsUntil(at, now)) }),
    },
    problem: {
      type: `${PROBLEM_TYPES}#quota-exceeded`,
      title: 'Not enough credits are left',
      status: 429,
      credits,
      ...reasonOf(standing, credits, at),
      'violated-policies': [policyOf(standing)],
      ...(shortage && { top_user: shortage.top_user, top_app: shortage.top_app }),
      available_at: isKnown(at) ? formatInstant(at) : null,
    },
  };
}

/** The members that name what is used up: the cap of the billing period, or the limit of 24 hours. */
function reasonOf(
  { scope, name, limit, used, available, shortage }: LimitStanding,
  credits: number,
  at: Instant,
) {
  const cap = shortage?.spending_cap;
  if (cap === undefined) {
    const whose = WHAT[scope](name);
    const never = 'It costs more than the limit allows in 24 hours: raise the limit.';
    // By leases: for calls under way, and until the events of calls have landed.
    const reserved = Math.max(0, limit - used - available);
    const taken = `${used} of ${limit} are used${reserved > 0 ? ` and ${reserved} are reserved` : ''}`;
    return {
      detail: `The call costs ${credits} credits, which the limit ${whose} does not have: ${taken}. ${adviceOf(at, never)}`,
      limit: { scope, name, credits: limit, used, reserved },
    };
  }
  const { amount, spent, currency, day_credits } = cap;
  const never = 'It costs more than the cap allows: raise the cap.';
  return {
    title: 'The spending cap of the billing period is reached',
    detail: `The call costs ${credits} credits, for which the spending cap has no room: ${spent} of ${amount} ${currency} are spent. ${adviceOf(at, never)}`,
    spending_cap: { amount, spent, currency, day_credits },
  };
}

type Instant = number | null | undefined;

function adviceOf(at: Instant, never: string): string {
  if (at === null) return never;
  if (at === undefined) return 'Try again in a second.';
  return `As many credits will have returned at ${formatInstant(at)}.`;
}

const isKnown = (at: Instant): at is number => at !== null && at !== undefined;

/** Rounded up: a client that waits so long is not early. */
const secondsUntil = (at: number, now: number): number => Math.max(1, Math.ceil((at - now) / SECOND_MS));
