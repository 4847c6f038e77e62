import { expiryProblem } from '../platform/tokens/expiry.ts';
import { KeysUnavailableError } from '../platform/tokens/key-cache.ts';
import type { TokenKeys } from '../platform/tokens/keys.ts';
import { TOKEN_RULES } from '../platform/tokens/rules.ts';
import { createSignatureVerifier } from '../platform/tokens/verify-signature.ts';
import { HOUR_MS } from '../schemas/time-units.ts';
import { GateProblem } from './problems.ts';

/** Tokens that were verified; more begin anew. */
const MAX_KNOWN = 1_000;
const KNOWN_FOR_MS = HOUR_MS / 60;

/**
 * Accepts tokens of the role `gate` (domain.md, Roles). A token that was verified is not verified again for a minute:
 * a signature takes longer than a decision.
 * @param now epoch milliseconds
 */
export function createTokenCheck(
  keys: TokenKeys,
  now: () => number,
): (authorization: string | undefined) => Promise<void> {
  const verifySignature = createSignatureVerifier(keys, now, TOKEN_RULES.keepKeysMs);
  const known = new Map<string, number>();

  return async (authorization = '') => {
    const token = /^bearer +([\w.~+/-]+=*) *$/i.exec(authorization)?.[1];
    if (token === undefined) throw unauthorized('Send a token as "Authorization: Bearer TOKEN".');
    if ((known.get(token) ?? 0) > now()) return;
    const payload = await verifySignature(token).catch((error: unknown) => {
      if (error instanceof KeysUnavailableError) {
        const headers = { 'retry-after': String(error.retryAfterS) };
        throw new GateProblem('unavailable', error.message, { cause: error, headers });
      }
      throw unauthorized(error instanceof Error ? error.message : 'The token cannot be verified.', error);
    });
    const problem = expiryProblem(payload.exp, now(), TOKEN_RULES.maxAgeMs);
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
