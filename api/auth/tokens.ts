import { errors, jwtVerify, SignJWT } from 'jose';
import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';
import { Problem } from '../problems/problem.ts';
import { isBound, ROLES, type Caller } from './access.ts';

const ALGORITHM = 'HS256';

const Claims = Type.Object({
  role: Type.Enum([...ROLES]),
  sub: Type.String({ minLength: 1 }),
  org: Type.Optional(Type.String({ minLength: 1 })),
  orgs: Type.Optional(Type.Array(Type.String({ minLength: 1 }))),
});
/** What a token says about its bearer (domain.md, Roles). */
export type Claims = Static<typeof Claims>;

/** Reads a bearer token; throws the Problem `unauthorized` for any that does not hold. */
export type VerifyToken = (token: string) => Promise<Caller>;

/** @param now decides whether a token has expired, epoch milliseconds */
export function createTokenVerifier(secret: Uint8Array, now: () => number): VerifyToken {
  return async (token) => {
    const payload = await verified(token, secret, now());
    if (Value.Check(Claims, payload)) return callerOf(payload);
    const [error] = Value.Errors(Claims, payload);
    throw unauthorized(`The token's claims are wrong: ${error?.instancePath ?? ''} ${error?.message ?? ''}.`);
  };
}

async function verified(token: string, secret: Uint8Array, now: number): Promise<unknown> {
  try {
    const { payload } = await jwtVerify(token, secret, {
      algorithms: [ALGORITHM],
      currentDate: new Date(now),
      requiredClaims: ['exp'],
    });
    return payload;
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw unauthorized('The token has expired: get a new one.');
    // jose also throws TypeErrors, for tokens that are none at all.
    throw unauthorized('The token is not one of ours: its signature, algorithm or form is wrong.', error);
  }
}

function callerOf({ role, sub, org, orgs }: Claims): Caller {
  if (!isBound(role)) return { role, userId: sub, orgIds: [] };
  const bound = role === 'analyst' ? orgs : org === undefined ? undefined : [org];
  if (bound === undefined) {
    throw unauthorized(`A token of the role ${role} needs the claim ${role === 'analyst' ? 'orgs' : 'org'}.`);
  }
  return { role, userId: sub, orgIds: bound };
}

/** @param error becomes the challenge's error code of RFC 6750; a request without a token gets none. */
export function unauthorized(detail: string, cause?: unknown): Problem {
  return new Problem('unauthorized', detail, { cause, headers: { 'www-authenticate': 'Bearer' } });
}

/** A token for the local stack and for tests. @param expiresAt epoch milliseconds */
export function signToken(secret: Uint8Array, claims: Claims, expiresAt: number): Promise<string> {
  return new SignJWT({ ...claims })
    .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' })
    .setExpirationTime(Math.floor(expiresAt / 1000))
    .sign(secret);
}
