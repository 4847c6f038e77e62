import { createRemoteJWKSet, decodeProtectedHeader, errors, jwtVerify, type JWTPayload } from 'jose';
import { expiryProblem } from '../platform/tokens/expiry.ts';
import type { TokenKeys } from '../platform/tokens/keys.ts';
import { PUBLISHED_ALGORITHMS } from '../platform/tokens/published-keys.ts';
import { DAY_MS, HOUR_MS } from '../schemas/time-units.ts';
import { GateProblem } from './problems.ts';

const MAX_AGE_MS = 31 * DAY_MS;
/** Tokens that were verified; more begin anew. */
const MAX_KNOWN = 1_000;
const KNOWN_FOR_MS = HOUR_MS / 60;

/**
 * Accepts tokens of the role `gate` (domain.md, Roles). A token that was verified is not verified again for a minute:
 * a signature takes longer than a decision.
 * @param now epoch milliseconds
 */
export function createTokenCheck(
  { secrets, published }: TokenKeys,
  now: () => number,
): (authorization: string | undefined) => Promise<void> {
  const keySet = published && createRemoteJWKSet(published.url);
  const known = new Map<string, number>();

  async function payloadOf(token: string): Promise<JWTPayload> {
    const { alg } = decodeProtectedHeader(token);
    const options = { requiredClaims: ['exp'], currentDate: new Date(now()) };
    if (alg === 'HS256' && secrets !== undefined) {
      let failure: unknown;
      for (const secret of secrets) {
        try {
          return (await jwtVerify(token, secret, { ...options, algorithms: ['HS256'] })).payload;
        } catch (error) {
          failure = error;
          if (!(error instanceof errors.JWSSignatureVerificationFailed)) break;
        }
      }
      throw failure;
    }
    if (
      keySet !== undefined &&
      published !== undefined &&
      PUBLISHED_ALGORITHMS.some((name) => name === alg)
    ) {
      const { issuer, audience } = published;
      return (
        await jwtVerify(token, keySet, { ...options, issuer, audience, algorithms: PUBLISHED_ALGORITHMS })
      ).payload;
    }
    throw new errors.JOSEAlgNotAllowed(`The algorithm ${JSON.stringify(alg)} is not accepted.`);
  }

  return async (authorization = '') => {
    const token = /^bearer +([\w.~+/-]+=*) *$/i.exec(authorization)?.[1];
    if (token === undefined) throw unauthorized('Send a token as "Authorization: Bearer TOKEN".');
    if ((known.get(token) ?? 0) > now()) return;
    const payload = await payloadOf(token).catch((error: unknown) => {
      throw unauthorized(error instanceof Error ? error.message : 'The token cannot be verified.', error);
    });
    const problem = expiryProblem(payload.exp, now(), MAX_AGE_MS);
    if (problem !== undefined) throw unauthorized(problem);
    if (payload['role'] !== 'gate') {
      throw new GateProblem('forbidden', 'Use a token of the role gate.');
    }
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(token, Math.min(now() + KNOWN_FOR_MS, (payload.exp ?? 0) * 1_000));
  };
}

const unauthorized = (detail: string, cause?: unknown): GateProblem =>
  new GateProblem('unauthorized', detail, { cause, headers: { 'www-authenticate': 'Bearer' } });
