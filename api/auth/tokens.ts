import { decodeProtectedHeader, errors, jwtVerify, SignJWT } from 'jose';
import { Type, type Static } from 'typebox';
import { compiled } from '../../platform/compiled-schema.ts';
import { DAY_MS } from '../../schemas/time-units.ts';
import { isBound, ROLES, type Caller } from './permissions.ts';
import { tokenInvalid } from './challenge.ts';
import { expiryProblem } from '../../platform/tokens/expiry.ts';
import { cacheKeys } from './key-cache.ts';
import type { TokenKeys } from '../../platform/tokens/keys.ts';
import type { Secrets } from '../../platform/tokens/secret.ts';
import { fetchKeySet, PUBLISHED_ALGORITHMS } from '../../platform/tokens/published-keys.ts';
import { tokenProblem } from './token-problem.ts';

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

export interface TokenRules {
  /** How far ahead a token's expiry may lie. D: a token that never ends cannot be taken back. */
  readonly maxAgeMs: number;
  /** How long an issuer's keys stay good while it cannot be reached. */
  readonly keepKeysMs: number;
}

export const TOKEN_RULES: TokenRules = { maxAgeMs: 31 * DAY_MS, keepKeysMs: DAY_MS };

/** @param now decides whether a token has expired, epoch milliseconds */
export function createTokenVerifier(
  keys: TokenKeys,
  now: () => number,
  rules: TokenRules = TOKEN_RULES,
): VerifyToken {
  const checks = signatureChecks(keys, now, rules);
  const { check: areClaims, validationErrors } = compiled(Claims);
  return async (token) => {
    const payload = await verified(token, checks, now(), rules);
    if (areClaims(payload)) return callerOf(payload);
    const invalid = validationErrors(payload).map(({ path, message }) => `${path} ${message}`.trim());
    throw tokenInvalid(`The token's claims are invalid: ${invalid.join('; ')}.`);
  };
}

/** Verifies a token with one kind of keys. Throws jose's errors. */
type SignatureCheck = (
  token: string,
  currentDate: Date,
) => Promise<{ readonly payload: { readonly exp?: unknown } }>;

const REQUIRED = { requiredClaims: ['exp'] };

/** By algorithm: each algorithm only ever uses keys of its own kind. */
function signatureChecks(
  { secrets, published }: TokenKeys,
  now: () => number,
  { keepKeysMs: keepMs }: TokenRules,
): ReadonlyMap<string, SignatureCheck> {
  const checks = new Map<string, SignatureCheck>();
  if (secrets !== undefined) {
    const algorithms = [SECRET_ALGORITHM];
    checks.set(SECRET_ALGORITHM, (token, currentDate) =>
      withAnyOf(secrets, (secret) => jwtVerify(token, secret, { ...REQUIRED, algorithms, currentDate })),
    );
  }
  if (published !== undefined) {
    const keyOf = cacheKeys(() => fetchKeySet(published), { now, keepMs });
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

/** The secret that signed the token decides; where none did, the last one's error does. */
async function withAnyOf<Result>(
  [first, next, ...others]: Secrets,
  verify: (secret: Uint8Array) => Promise<Result>,
): Promise<Result> {
  try {
    return await verify(first);
  } catch (error) {
    if (next === undefined || !(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
    return withAnyOf([next, ...others], verify);
  }
}

async function verified(
  token: string,
  checks: ReadonlyMap<string, SignatureCheck>,
  now: number,
  { maxAgeMs }: TokenRules,
): Promise<unknown> {
  const payload = await verifySignature(token, checks, now).catch((error: unknown) => {
    throw tokenProblem(error, now, maxAgeMs);
  });
  const problem = expiryProblem(payload.exp, now, maxAgeMs);
  if (problem !== undefined) throw tokenInvalid(problem);
  return payload;
}

async function verifySignature(token: string, checks: ReadonlyMap<string, SignatureCheck>, now: number) {
  const check = checks.get(decodeProtectedHeader(token).alg ?? '');
  if (check === undefined) {
    throw new errors.JOSEAlgNotAllowed(
      `The algorithm of the token (alg in its header) is not accepted: accepted are ${[...checks.keys()].join(', ')}.`,
    );
  }
  return (await check(token, new Date(now))).payload;
}

function callerOf({ role, sub, org, orgs }: Claims): Caller {
  if (role === 'publisher') return publisherOf(sub, org, orgs);
  if (!isBound(role)) return { role, userId: sub, orgIds: [] };
  const bound = role === 'analyst' ? orgs : org === undefined ? undefined : [org];
  if (bound === undefined) {
    throw tokenInvalid(`A token of the role ${role} needs the claim ${role === 'analyst' ? 'orgs' : 'org'}.`);
  }
  return { role, userId: sub, orgIds: bound };
}

/** A list of orgs would be ignored, and the token would publish for any. */
function publisherOf(userId: string, org: string | undefined, orgs: readonly string[] | undefined): Caller {
  if (orgs !== undefined) throw tokenInvalid('A token of the role publisher takes the claim org, not orgs.');
  return { role: 'publisher', userId, orgIds: org === undefined ? [] : [org] };
}

/** A token for the local stack and for tests. @param expiresAt epoch milliseconds */
export function signToken(secret: Uint8Array, claims: Claims, expiresAt: number): Promise<string> {
  return new SignJWT({ ...claims })
    .setProtectedHeader({ alg: SECRET_ALGORITHM, typ: 'JWT' })
    .setExpirationTime(Math.floor(expiresAt / 1000))
    .sign(secret);
}
