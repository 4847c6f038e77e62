import { SignJWT } from 'jose';
import { Type, type Static } from 'typebox';
import { compiled } from '../../platform/compiled-schema.ts';
import { isBound, ROLES, type Caller } from './permissions.ts';
import { tokenInvalid } from './challenge.ts';
import { expiryProblem } from '../../platform/tokens/expiry.ts';
import type { TokenKeys } from '../../platform/tokens/keys.ts';
import { TOKEN_RULES, type TokenRules } from '../../platform/tokens/rules.ts';
import {
  createSignatureVerifier,
  SECRET_ALGORITHM,
  type VerifySignature,
} from '../../platform/tokens/verify-signature.ts';
import { tokenProblem } from './token-problem.ts';

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
export function createTokenVerifier(
  keys: TokenKeys,
  now: () => number,
  rules: TokenRules = TOKEN_RULES,
): VerifyToken {
  const verifySignature = createSignatureVerifier(keys, now, rules.keepKeysMs);
  const { check: areClaims, validationErrors } = compiled(Claims);
  return async (token) => {
    const payload = await verified(token, verifySignature, now(), rules);
    if (areClaims(payload)) return callerOf(payload);
    const invalid = validationErrors(payload).map(({ path, message }) => `${path} ${message}`.trim());
    throw tokenInvalid(`The token's claims are invalid: ${invalid.join('; ')}.`);
  };
}

async function verified(
  token: string,
  verifySignature: VerifySignature,
  now: number,
  { maxAgeMs }: TokenRules,
): Promise<unknown> {
  const payload = await verifySignature(token).catch((error: unknown) => {
    throw tokenProblem(error, now, maxAgeMs);
  });
  const problem = expiryProblem(payload.exp, now, maxAgeMs);
  if (problem !== undefined) throw tokenInvalid(problem);
  return payload;
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
