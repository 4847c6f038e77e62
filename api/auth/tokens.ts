import { decodeProtectedHeader, errors, jwtVerify, SignJWT } from 'jose';
import { Type, type Static } from 'typebox';
import { compiled } from '../../platform/compiled-schema.ts';
import { Problem } from '../problems/problem.ts';
import { isBound, ROLES, type Caller } from './permissions.ts';
import type { TokenKeys } from './keys.ts';
import { fetchKeys, PUBLISHED_ALGORITHMS } from './published-keys.ts';

const SECRET_ALGORITHM = 'HS256';

const Claims = Type.Object({
  role: Type.Enum([...ROLES]),
  sub: Type.String({ minLength: 1 }),
  org: Type.Optional(Type.String({ minLength: 1 })),
  orgs: Type.Optional(Type.Array(Type.String({ minLength: 1 }))),
});
/** The claims of a token about its bearer (domain.md, Roles). */
export type Claims = Static<typeof Claims>;

/** Verifies a bearer token. Throws the Problem `unauthorized` for an invalid one. */
export type VerifyToken = (token: string) => Promise<Caller>;

/** @param now decides whether a token has expired, epoch milliseconds */
export function createTokenVerifier(keys: TokenKeys, now: () => number): VerifyToken {
  const checks = signatureChecks(keys);
  const { check: areClaims, validationErrors } = compiled(Claims);
  return async (token) => {
    const payload = await verified(token, checks, new Date(now()));
    if (areClaims(payload)) return callerOf(payload);
    const invalid = validationErrors(payload).map(({ path, message }) => `${path} ${message}`.trim());
    throw unauthorized(`The token's claims are invalid: ${invalid.join('; ')}.`);
  };
}

/** Verifies a token with one kind of keys. Throws jose's errors. */
type SignatureCheck = (token: string, currentDate: Date) => Promise<{ readonly payload: unknown }>;

const REQUIRED = { requiredClaims: ['exp'] };

/** By algorithm: each algorithm only ever uses keys of its own kind. */
function signatureChecks({ secret, published }: TokenKeys): ReadonlyMap<string, SignatureCheck> {
  const checks = new Map<string, SignatureCheck>();
  if (secret !== undefined) {
    const algorithms = [SECRET_ALGORITHM];
    checks.set(SECRET_ALGORITHM, (token, currentDate) =>
      jwtVerify(token, secret, { ...REQUIRED, algorithms, currentDate }),
    );
  }
  if (published !== undefined) {
    const keyOf = fetchKeys(published);
    const { issuer, audience } = published;
    for (const algorithm of PUBLISHED_ALGORITHMS) {
      const algorithms = [algorithm];
      checks.set(algorithm, (token, currentDate) =>
        jwtVerify(token, keyOf, { ...REQUIRED, issuer, audience, algorithms, currentDate }),
      );
    }
  }
  return checks;
}

async function verified(
  token: string,
  checks: ReadonlyMap<string, SignatureCheck>,
  currentDate: Date,
): Promise<unknown> {
  try {
    const check = checks.get(decodeProtectedHeader(token).alg ?? '');
    if (check === undefined) throw new errors.JOSEAlgNotAllowed('no keys of this algorithm');
    const { payload } = await check(token, currentDate);
    return payload;
  } catch (error) {
    if (error instanceof Problem) throw error;
    if (error instanceof errors.JWTExpired) throw unauthorized('The token has expired: get a new one.');
    // jose also throws TypeErrors, for text that is not a token at all.
    throw unauthorized(
      'The token is invalid: its signature, algorithm, issuer, audience or form is wrong.',
      error,
    );
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

/** The 401 with its challenge. @param cause for the log */
export function unauthorized(detail: string, cause?: unknown): Problem {
  return new Problem('unauthorized', detail, { cause, headers: { 'www-authenticate': 'Bearer' } });
}

/** A token for the local stack and for tests. @param expiresAt epoch milliseconds */
export function signToken(secret: Uint8Array, claims: Claims, expiresAt: number): Promise<string> {
  return new SignJWT({ ...claims })
    .setProtectedHeader({ alg: SECRET_ALGORITHM, typ: 'JWT' })
    .setExpirationTime(Math.floor(expiresAt / 1000))
    .sign(secret);
}
