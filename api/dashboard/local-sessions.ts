import { jwtVerify, SignJWT } from 'jose';
import { DAY_MS } from '../../schemas/time-units.ts';

const VALID_MS = 30 * DAY_MS;
/** Tokens of roles have another type and no audience, and a session has no role: neither passes for the other. */
const TYPE = 'local-sign-in+jwt';
const AUDIENCE = 'local-sign-in';

/** A browser's right to choose a role, given for a one-time code. It outlives a restart of the stack. */
export interface LocalSessions {
  /** @returns the session's key, which the browser keeps */
  issue(): Promise<string>;
  isValid(session: string): Promise<boolean>;
}

/** @param now epoch milliseconds */
export function createLocalSessions(secret: Uint8Array, now: () => number): LocalSessions {
  return {
    issue: () =>
      new SignJWT()
        .setProtectedHeader({ alg: 'HS256', typ: TYPE })
        .setAudience(AUDIENCE)
        .setExpirationTime(Math.floor((now() + VALID_MS) / 1_000))
        .sign(secret),
    isValid: async (session) => {
      const rules = {
        typ: TYPE,
        audience: AUDIENCE,
        requiredClaims: ['exp'],
        algorithms: ['HS256'],
        currentDate: new Date(now()),
      };
      return jwtVerify(session, secret, rules).then(
        () => true,
        () => false,
      );
    },
  };
}
