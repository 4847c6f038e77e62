import { decodeProtectedHeader, errors, jwtVerify, type JWTPayload } from 'jose';
import { cacheKeys } from './key-cache.ts';
import type { TokenKeys } from './keys.ts';
import { fetchKeySet, PUBLISHED_ALGORITHMS } from './published-keys.ts';
import type { Secrets } from './secret.ts';

/** The algorithm of tokens that are signed with a shared secret. */
export const SECRET_ALGORITHM = 'HS256';

/** @returns the claims of a token whose signature and `exp` hold. @throws jose's errors, KeysUnavailableError */
export type VerifySignature = (token: string) => Promise<JWTPayload>;

type SignatureCheck = (token: string, currentDate: Date) => Promise<{ readonly payload: JWTPayload }>;

const REQUIRED = { requiredClaims: ['exp'] };

/**
 * Verifies tokens with the configured keys: each algorithm only ever uses keys of its own kind.
 * @param now epoch milliseconds
 * @param keepKeysMs how long an issuer's keys stay good while it cannot be reached
 */
export function createSignatureVerifier(
  keys: TokenKeys,
  now: () => number,
  keepKeysMs: number,
): VerifySignature {
  const checks = signatureChecks(keys, now, keepKeysMs);
  return async (token) => {
    const check = checks.get(decodeProtectedHeader(token).alg ?? '');
    if (check === undefined) {
      throw new errors.JOSEAlgNotAllowed(
        `The algorithm of the token (alg in its header) is not accepted: accepted are ${[...checks.keys()].join(', ')}.`,
      );
    }
    return (await check(token, new Date(now()))).payload;
  };
}

function signatureChecks(
  { secrets, published }: TokenKeys,
  now: () => number,
  keepMs: number,
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
