import { Type } from 'typebox';
import { BOUND_ROLES } from '../auth/permissions.ts';
import { isLoopback } from '../../platform/loopback.ts';
import type { Claims } from '../auth/tokens.ts';
import type { Sources } from '../dependencies.ts';
import { Instant } from '../parameters/instant.ts';
import { Name } from '../parameters/org.ts';
import { Problem } from '../problems/problem.ts';
import type { ApiServer } from '../server.ts';
import { readSampleOrgs } from './sample-orgs.ts';
import { DAY_MS } from '../../schemas/time-units.ts';
import { formatInstant } from '../../domain/instants.ts';

const URL = '/local/sign-in';
const VALID_MS = DAY_MS;

/** Signs a token. @param expiresAt epoch milliseconds */
export type SignToken = (claims: Claims, expiresAt: number) => Promise<string>;

const strict = { additionalProperties: false };
export const LocalSignInAnswer = Type.Object(
  {
    orgs: Type.Array(
      Type.Object(
        { org_id: Type.String(), credits: Type.Integer(), users: Type.Array(Type.String()) },
        strict,
      ),
      { description: 'The organisations and users with the most credits in the last days.' },
    ),
  },
  strict,
);
const SignInBody = Type.Object(
  { role: Type.Enum([...BOUND_ROLES, 'billing']), org: Name('the organisation'), user: Name('the user id') },
  strict,
);
export const SignedInAnswer = Type.Object({ token: Type.String(), expires_at: Instant }, strict);

/**
 * Sign-in for the local stack: anyone who reaches it can sign in as anyone. It exists only with LOCAL_SIGN_IN=1, which
 * config.ts accepts on loopback addresses only. Elsewhere tokens come from an issuer.
 */
export function localSignInRoutes(app: ApiServer, { clickhouse, now }: Sources, sign: SignToken): void {
  app.route({
    method: 'GET',
    url: URL,
    config: { access: 'open' },
    schema: { hide: true, response: { 200: LocalSignInAnswer } },
    handler: async ({ hostname }) => {
      checkHost(hostname);
      return { orgs: await readSampleOrgs(clickhouse, now()) };
    },
  });
  app.route({
    method: 'POST',
    url: URL,
    config: { access: 'open' },
    schema: { hide: true, body: SignInBody, response: { 200: SignedInAnswer } },
    handler: async ({ hostname, body: { role, org, user } }) => {
      checkHost(hostname);
      const expiresAt = now() + VALID_MS;
      const bound = role === 'billing' ? {} : role === 'analyst' ? { orgs: [org] } : { org };
      return {
        token: await sign({ role, sub: user, ...bound }, expiresAt),
        expires_at: formatInstant(expiresAt),
      };
    },
  });
}

/** Rejects DNS rebinding: a foreign page whose name points here sends that name. */
function checkHost(hostname: string): void {
  if (isLoopback(hostname)) return;
  throw new Problem('not-found', 'The local sign-in works only under localhost or a loopback address.');
}
