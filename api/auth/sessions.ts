import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';
import { compiled } from '../../platform/compiled-schema.ts';
import { Problem } from '../problems/problem.ts';
import { clearCookie, cookiesOf, hostCookie, MAX_COOKIE_BYTES, setCookie } from './cookies.ts';
import { ROLES, type Caller } from './permissions.ts';
import { assertSameOrigin } from './same-origin.ts';
import { createSeal } from './seal.ts';
import type { Secrets } from '../../platform/tokens/secret.ts';

export interface SessionRules {
  readonly secrets: Secrets;
  /** How long a session lasts at most. */
  readonly maxMs: number;
  /** How long it lasts without anyone using the dashboard. */
  readonly idleMs: number;
  /** The address of the dashboard. */
  readonly publicUrl: URL;
}

const Sealed = Type.Object({
  id: Type.String(),
  role: Type.Enum([...ROLES]),
  user: Type.String(),
  name: Type.String(),
  orgs: Type.Array(Type.String()),
  begun_at: Type.Integer(),
});
const Activity = Type.Object({ id: Type.String(), at: Type.Integer() });

/** Who signed in, as what. */
export interface Person extends Caller {
  /** For the screen. */
  readonly name: string;
}

export interface Session extends Person {
  /** Unique for each sign-in. Worth nothing by itself. */
  readonly id: string;
  /** Epoch milliseconds. */
  readonly endsAt: number;
  /** When it ends without activity, epoch milliseconds. */
  readonly idleEndsAt: number;
}

/** What a person may do is too long for a cookie: too many organisations. */
export class SessionTooLargeError extends Error {
  readonly code = 'SESSION_TOO_LARGE';
  constructor(orgs: number) {
    super(`A session has no room for ${orgs} organisations.`);
    this.name = 'SessionTooLargeError';
  }
}

/**
 * The sessions of people. Nothing is kept here: two cookies hold everything, sealed, so any API process with the same
 * secret accepts them and a restart ends none. One cookie says who signed in, and only a sign-in sets it. The other
 * says when the person last did something; it counts for that sign-in only, so an answer that comes late can neither
 * bring back a session that was signed out nor replace a newer one.
 */
export interface Sessions {
  /** Throws SessionTooLargeError. */
  begin(reply: FastifyReply, person: Person, id: string): Promise<void>;
  /** @returns undefined where there is none, or none any longer */
  read(request: FastifyRequest): Promise<Session | undefined>;
  /** Records activity now. */
  renew(reply: FastifyReply, session: Session): Promise<Session>;
  end(reply: FastifyReply): void;
  /** By the session's cookie; undefined without one. Throws the Problems `session-ended` and `cross-site`. */
  callerOf(request: FastifyRequest): Promise<Caller | undefined>;
}

/** @param now epoch milliseconds */
export function createSessions(
  { secrets, maxMs, idleMs, publicUrl }: SessionRules,
  now: () => number,
): Sessions {
  const isSecure = publicUrl.protocol === 'https:';
  const sessionCookie = hostCookie('api-credits-session', isSecure);
  const activityCookie = hostCookie('api-credits-activity', isSecure);
  // A test system may have the same secret, and another provider: its sessions are worth nothing here.
  const sessionSeal = createSeal(secrets, `session of ${publicUrl.origin}`);
  const activitySeal = createSeal(secrets, 'session activity');
  const { check: isSealed } = compiled(Sealed);
  const { check: isActivity } = compiled(Activity);

  const activeAt = async (request: FastifyRequest, { id, begun_at }: Static<typeof Sealed>) => {
    const activity = await activitySeal.open(cookiesOf(request).get(activityCookie.name) ?? '');
    return isActivity(activity) && activity.id === id ? Math.max(activity.at, begun_at) : begun_at;
  };
  const read = async (request: FastifyRequest): Promise<Session | undefined> => {
    const sealed = await sessionSeal.open(cookiesOf(request).get(sessionCookie.name) ?? '');
    if (!isSealed(sealed)) return undefined;
    const { id, role, user, name, orgs, begun_at } = sealed;
    const endsAt = begun_at + maxMs;
    const idleEndsAt = Math.min(endsAt, (await activeAt(request, sealed)) + idleMs);
    return now() < idleEndsAt
      ? { id, role, userId: user, name, orgIds: orgs, endsAt, idleEndsAt }
      : undefined;
  };

  return {
    read,
    begin: async (reply, { role, userId: user, name, orgIds: orgs }, id) => {
      const sealed = await sessionSeal.close({ id, role, user, name, orgs, begun_at: now() });
      if (sessionCookie.name.length + sealed.length > MAX_COOKIE_BYTES) {
        throw new SessionTooLargeError(orgs.length);
      }
      setCookie(reply, sessionCookie, sealed, maxMs);
    },
    renew: async (reply, session) => {
      const at = now();
      setCookie(reply, activityCookie, await activitySeal.close({ id: session.id, at }), idleMs);
      return { ...session, idleEndsAt: Math.min(session.endsAt, at + idleMs) };
    },
    end: (reply) => {
      clearCookie(reply, sessionCookie);
      clearCookie(reply, activityCookie);
    },
    callerOf: async (request) => {
      if (!cookiesOf(request).has(sessionCookie.name)) return undefined;
      assertSameOrigin(request, publicUrl.origin);
      const session = await read(request);
      if (session !== undefined) return session;
      throw new Problem('session-ended', 'The session has ended: sign in to the dashboard again.', {
        headers: { 'www-authenticate': 'Bearer' },
      });
    },
  };
}
