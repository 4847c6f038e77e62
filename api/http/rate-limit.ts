import rateLimit, { normalizeIP } from '@fastify/rate-limit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { quotaFields } from '../../domain/quota-fields.ts';
import { SECOND_MS } from '../../schemas/time-units.ts';
import { subjectOf } from '../auth/permissions.ts';
import { Problem } from '../problems/problem.ts';
import type { ApiServer } from '../server.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Set on what must answer at any time, such as probes: it is not counted, and no one can use it up. */
    isUnlimited?: boolean;
  }
}

const POLICY = 'requests';
const WINDOW_MS = 60_000;
/** Subjects and addresses counted at once, some hundred bytes each. Beyond it the least recently seen is dropped. */
const COUNTED_AT_ONCE = 10_000;

export type LimitRate = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/**
 * Counts requests by the subject of a verified token. Requests without one (invalid tokens, unknown addresses) count
 * by address, an IPv6 address by its /64, in a separate list, so that strangers never evict a subject. Probes and public
 * files are not counted, so that strangers never make a process look unwell.
 * Each process counts its own requests. @returns throws the Problem `too-many-requests` beyond the limit.
 */
export async function createRateLimit(app: ApiServer, perMinute: number): Promise<LimitRate> {
  await app.register(rateLimit, { global: false, cache: COUNTED_AT_ONCE });
  const counted = (keyOf: (request: FastifyRequest) => string) =>
    app.createRateLimit({ max: perMinute, timeWindow: WINDOW_MS, keyGenerator: keyOf });
  const bySubject = counted(({ caller }) => (caller === null ? '' : subjectOf(caller)));
  const byAddress = counted(({ ip }) => normalizeIP(ip));

  return async (request, reply) => {
    if (request.routeOptions.config.isUnlimited === true) return;
    const count = await (request.caller === null ? byAddress(request) : bySubject(request));
    if (count.isAllowed) return;
    const resetSeconds = Math.ceil(count.ttl / SECOND_MS);
    reply.headers({
      ...quotaFields({
        policy: POLICY,
        quota: perMinute,
        windowS: WINDOW_MS / SECOND_MS,
        remaining: count.remaining,
        resetS: resetSeconds,
      }),
      'x-ratelimit-limit': perMinute,
      'x-ratelimit-remaining': count.remaining,
      'x-ratelimit-reset': resetSeconds,
    });
    if (!count.isExceeded) return;
    throw new Problem(
      'too-many-requests',
      `Retry in ${resetSeconds} s: the limit is ${perMinute} requests a minute.`,
      {
        headers: { 'retry-after': String(resetSeconds) },
      },
    );
  };
}
