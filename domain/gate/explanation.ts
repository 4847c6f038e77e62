import { formatInstant } from '../instants.ts';
import type { LimitStanding } from './protocol.ts';
import type { Scope } from './scopes.ts';
import { DAY_MS, SECOND_MS } from '../../schemas/time-units.ts';

/**
 * How an answer explains the limits: the fields RateLimit-Policy and RateLimit of draft-ietf-httpapi-ratelimit-headers-10,
 * and of a rejected call a problem document (RFC 9457) of that draft's type `quota-exceeded`.
 */

const POLICIES: Readonly<Record<Scope, string>> = {
  org: 'credits',
  user: 'user-budget',
  app: 'app-budget',
  team: 'team-budget',
};
const WHAT: Readonly<Record<Scope, (name: string) => string>> = {
  org: () => 'of the organisation',
  user: (name) => `of the user ${name}`,
  app: (name) => `of the app ${name}`,
  team: (name) => `of the team ${name}`,
};
/** Where it is unknown when credits return. */
const RETRY_SOON_S = 1;

/** Not the name of a user or a team: every client of the organisation sees the fields. */
export const policyOf = ({ scope }: Pick<LimitStanding, 'scope'>): string => POLICIES[scope];

/** The fields of every answer. Credits in 24 hours, the quota's unit being credits. */
export function rateLimitFields(standing: LimitStanding, now: number): Record<string, string> {
  const { limit, available, shortage } = standing;
  const policy = JSON.stringify(policyOf(standing));
  const at = shortage?.available_at;
  const reset = isKnown(at) ? `;t=${secondsUntil(at, now)}` : '';
  return {
    'ratelimit-policy': `${policy};q=${limit};qu="credits";w=${DAY_MS / SECOND_MS}`,
    ratelimit: `${policy};r=${available}${reset}`,
  };
}

/** Why a call was rejected, for its event: at most 128 bytes. */
export const rejectionCauseOf = ({ scope }: Pick<LimitStanding, 'scope'>): string =>
  `limit: ${POLICIES[scope]}`;

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
  const base = {
    type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
    title: 'The credits of 24 hours are used up',
    status: 429,
    credits,
  };
  if (standing === undefined) {
    return {
      status: 429,
      headers: { 'retry-after': String(RETRY_SOON_S) },
      problem: { ...base, detail: 'The gate has not said how many credits are left: try again in a second.' },
    };
  }
  const { limit, used, shortage } = standing;
  // Of a call that costs less than the one it was computed for, the instant is late, and never early.
  const at = shortage && shortage.needed >= credits ? shortage.available_at : undefined;
  const whose = WHAT[standing.scope](standing.name);
  return {
    status: 429,
    headers: {
      ...rateLimitFields(standing, now),
      ...(at !== null && { 'retry-after': String(at === undefined ? RETRY_SOON_S : secondsUntil(at, now)) }),
    },
    problem: {
      ...base,
      detail: `The call costs ${credits} credits, which the limit ${whose} does not have: ${used} of ${limit} are used. ${adviceOf(at)}`,
      'violated-policies': [policyOf(standing)],
      limit: { scope: standing.scope, name: standing.name, credits: limit, used },
      ...(shortage && { top_user: shortage.top_user, top_app: shortage.top_app }),
      available_at: isKnown(at) ? formatInstant(at) : null,
    },
  };
}

function adviceOf(at: number | null | undefined): string {
  if (at === null) return 'It costs more than the limit allows in 24 hours: raise the limit.';
  if (at === undefined) return 'Try again in a second.';
  return `As many credits will have returned at ${formatInstant(at)}.`;
}

const isKnown = (at: number | null | undefined): at is number => at !== null && at !== undefined;

/** Rounded up: a client that waits so long is not early. */
const secondsUntil = (at: number, now: number): number => Math.max(1, Math.ceil((at - now) / SECOND_MS));
