import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { isLoopback } from '../../platform/loopback.ts';
import { formatInstant } from '../../domain/instants.ts';
import { DAY_MS } from '../../schemas/time-units.ts';
import { bearerTokenOf } from '../auth/bearer.ts';
import { tokenInvalid, tokenMissing } from '../auth/challenge.ts';
import { BOUND_ROLES } from '../auth/permissions.ts';
import type { Claims } from '../auth/tokens.ts';
import type { Sources } from '../dependencies.ts';
import { Instant } from '../parameters/instant.ts';
import { Name } from '../parameters/org.ts';
import { Problem } from '../problems/problem.ts';
import type { ApiServer } from '../server.ts';
import type { LocalSessions } from './local-sessions.ts';
import { readSampleOrgs } from './sample-orgs.ts';

const PATH = '/local/sign-in';
const VALID_MS = DAY_MS;
const WHERE =
  'Open the link that "npm start" printed before its ready line ("sign in: ..."). It works once; "npm run sign-in" prints another.';

export interface LocalSignIn {
  /** Signs a token for anyone. @param expiresAt epoch milliseconds */
  readonly sign: (claims: Claims, expiresAt: number) => Promise<string>;
  readonly sessions: LocalSessions;
  /** @returns whether the one-time code was good; it no longer is */
  readonly redeem: (code: string) => boolean;
}

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
const CodeBody = Type.Object({ code: Type.String({ maxLength: 100 }) }, strict);
export const LocalSessionAnswer = Type.Object({ session: Type.String() }, strict);

/**
 * The sign-in of a stack that is its user's alone: a browser exchanges the code of a link that the terminal shows for
 * a session, and with the session chooses a role. There only with LOCAL_SIGN_IN (config.ts); elsewhere the address is
 * unknown and tokens come from an issuer.
 */
export function localSignInRoutes(app: ApiServer, { clickhouse, now }: Sources, signIn: LocalSignIn): void {
  const checkMayChoose = async (request: FastifyRequest): Promise<void> => {
    checkIsDirect(request);
    const session = bearerTokenOf(request);
    if (session === undefined) throw tokenMissing(WHERE);
    if (!(await signIn.sessions.isValid(session))) throw tokenInvalid(`This session has ended. ${WHERE}`);
  };

  app.route({
    method: 'POST',
    url: `${PATH}/session`,
    config: { access: 'open' },
    schema: { hide: true, body: CodeBody, response: { 200: LocalSessionAnswer } },
    onRequest: async (request) => checkIsDirect(request),
    handler: async ({ body: { code } }) => {
      if (!signIn.redeem(code)) throw tokenInvalid(`This link was used before, or is an old one. ${WHERE}`);
      return { session: await signIn.sessions.issue() };
    },
  });
  app.route({
    method: 'GET',
    url: PATH,
    config: { access: 'open' },
    schema: { hide: true, response: { 200: LocalSignInAnswer } },
    onRequest: checkMayChoose,
    handler: async () => ({ orgs: await readSampleOrgs(clickhouse, now()) }),
  });
  app.route({
    method: 'POST',
    url: PATH,
    config: { access: 'open' },
    schema: { hide: true, body: SignInBody, response: { 200: SignedInAnswer } },
    onRequest: checkMayChoose,
    handler: async ({ body: { role, org, user } }) => {
      const expiresAt = now() + VALID_MS;
      const bound = role === 'billing' ? {} : role === 'analyst' ? { orgs: [org] } : { org };
      return {
        token: await signIn.sign({ role, sub: user, ...bound }, expiresAt),
        expires_at: formatInstant(expiresAt),
      };
    },
  });
}

/** Headers by which proxies say that they forward. */
const FORWARDED = /^(forwarded|via|x-forwarded(-.*)?|x-real-ip|x-client-ip|cf-connecting-ip|true-client-ip)$/;

/**
 * A request that a proxy forwards comes from elsewhere, although its connection is local. A page elsewhere whose name
 * points here (DNS rebinding) sends that name as the host.
 */
function checkIsDirect({ headers }: FastifyRequest): void {
  if (Object.keys(headers).some((name) => FORWARDED.test(name))) {
    throw new Problem('not-found', 'The local sign-in does not exist for requests that a proxy forwards.');
  }
  if (!isLoopback(hostOf(headers.host))) {
    throw new Problem('not-found', 'The local sign-in works only under localhost or a loopback address.');
  }
}

/** Without the port. Never X-Forwarded-Host, which Fastify's hostname may be. */
const hostOf = (host = ''): string => host.replace(/:\d*$/, '');
