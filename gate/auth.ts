import { Type } from 'typebox';
import { compiled } from '../platform/compiled-schema.ts';
import { expiryProblem } from '../platform/tokens/expiry.ts';
import { KeysUnavailableError } from '../platform/tokens/key-cache.ts';
import type { TokenKeys } from '../platform/tokens/keys.ts';
import { TOKEN_RULES, type TokenRules } from '../platform/tokens/rules.ts';
import { tokenErrorDetail } from '../platform/tokens/token-error.ts';
import { createSignatureVerifier } from '../platform/tokens/verify-signature.ts';
import { MINUTE_MS, SECOND_MS } from '../schemas/time-units.ts';
import { GateProblem, noSubscription } from './problems.ts';

/** What a request is about. */
export interface Requested {
  readonly org_id: string;
  readonly product: string;
}

/** Accepts a bearer for requests about some organisations. */
export interface Bearer {
  /** @throws GateProblem `no-subscription` for an organisation that the token is not for, as for an unknown one */
  assertMayAsk(requested: Requested): void;
}

/** @throws GateProblem `unauthorized`, `forbidden`, `unavailable` */
export type CheckToken = (authorization: string | undefined) => Promise<Bearer>;

/** Tokens that were verified; more begin anew. */
const MAX_KNOWN = 1_000;
const KNOWN_FOR_MS = MINUTE_MS;

const OrgClaim = Type.Object({
  org: Type.Optional(Type.String({ minLength: 1 })),
  // A list would be ignored, and the token would decide for any organisation.
  orgs: Type.Optional(Type.Undefined()),
});
const isOrgClaim = compiled(OrgClaim).check;

/**
 * Accepts tokens of the role `gate` (domain.md, Roles). A token that was verified is not verified again for a minute:
 * a signature takes longer than a decision.
 * @param now epoch milliseconds
 */
export function createTokenCheck(
  keys: TokenKeys,
  now: () => number,
  rules: TokenRules = TOKEN_RULES,
): CheckToken {
  const verifySignature = createSignatureVerifier(keys, now, rules.keepKeysMs);
  const known = new Map<string, { readonly bearer: Bearer; readonly until: number }>();

  return async (authorization = '') => {
    const token = /^bearer +([\w.~+/-]+=*) *$/i.exec(authorization)?.[1];
    if (token === undefined) throw unauthorized('Send a token as "Authorization: Bearer TOKEN".');
    const verified = known.get(token);
    if (verified !== undefined && verified.until > now()) return verified.bearer;
    const payload = await verifySignature(token).catch((error: unknown) => {
      throw problemOf(error, now(), rules);
    });
    const problem = expiryProblem(payload.exp, now(), rules.maxAgeMs);
    if (problem !== undefined) throw unauthorized(problem);
    if (payload['role'] !== 'gate') {
      throw new GateProblem('forbidden', 'Use a token of the role gate.');
    }
    const { exp = 0 } = payload;
    if (!isOrgClaim(payload)) {
      throw unauthorized('A token of the role gate takes the claim org, a text, and not orgs.');
    }
    if (known.size >= MAX_KNOWN) known.clear();
    const bearer = bearerOf(payload.org);
    known.set(token, { bearer, until: Math.min(now() + KNOWN_FOR_MS, exp * SECOND_MS) });
    return bearer;
  };
}

/** @param orgId the only organisation that the token is for; undefined: any */
const bearerOf = (orgId: string | undefined): Bearer => ({
  assertMayAsk({ org_id, product }) {
    if (orgId !== undefined && orgId !== org_id) throw noSubscription(org_id, product);
  },
});

function problemOf(error: unknown, now: number, { maxAgeMs }: TokenRules): GateProblem {
  if (!(error instanceof KeysUnavailableError)) {
    return unauthorized(tokenErrorDetail(error, now, maxAgeMs), error);
  }
  const headers = { 'retry-after': String(error.retryAfterS) };
  return new GateProblem('unavailable', error.message, { cause: error, headers });
}

const unauthorized = (detail: string, cause?: unknown): GateProblem =>
  new GateProblem('unauthorized', detail, { cause, headers: { 'www-authenticate': 'Bearer' } });
