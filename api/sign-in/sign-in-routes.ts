import { randomBytes } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { ApiDependencies } from '../dependencies.ts';
import type { ApiServer } from '../server.ts';
import { failureFacts, signInProblemOf } from './failure.ts';
import { textsOf } from './claims.ts';
import { personOf } from './person.ts';
import type { SignInProblem } from './problems.ts';
import { CALLBACK_PATH } from './provider.ts';
import { returnAddress } from './return-address.ts';
import type { SignIn } from './sign-in.ts';

export const SIGN_IN_PATH = '/sign-in';
/** The dashboard takes the word out of its address and shows what it means. */
const FRAGMENT = 'sign-in';
const SESSION_ID_BYTES = 16;
/** Of a claim, in the log. */
const MAX_LOGGED_VALUES = 20;

const BeginQuery = Type.Object({
  return: Type.Optional(Type.String({ maxLength: 8_000 })),
  /** `login`: the provider must ask, so that someone else can sign in. */
  prompt: Type.Optional(Type.Literal('login')),
});
/** With its other parameters, which openid-client reads and checks. */
const CallbackQuery = Type.Object({ state: Type.Optional(Type.String()) });

interface Failure {
  readonly problem: SignInProblem;
  /** The screen to go back to. */
  readonly to: URL;
  /** For the log. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

/**
 * A browser's way to the provider and back. Both addresses answer with a redirect: to the provider, or to the
 * dashboard, signed in or with the word of what went wrong.
 */
export function signInRoutes(
  app: ApiServer,
  { logger }: Pick<ApiDependencies, 'logger'>,
  signIn: SignIn,
): void {
  const { provider, attempts, sessions, mapping, idTokens, publicUrl } = signIn;

  const giveUp = ({ id }: FastifyRequest, reply: FastifyReply, { problem, to, facts }: Failure) => {
    logger.warn({ reqId: id, problem, ...facts }, 'sign-in failed');
    return reply.redirect(withProblem(to, problem).href);
  };

  app.route({
    method: 'GET',
    url: SIGN_IN_PATH,
    // A HEAD would begin a sign-in, or use one up.
    exposeHeadRoute: false,
    config: { access: 'open' },
    schema: { hide: true, querystring: BeginQuery },
    handler: async (request, reply) => {
      const to = returnAddress(request.query.return ?? '/', publicUrl);
      const attempt = await attempts.begin(request, reply, to.pathname + to.search);
      try {
        return reply.redirect((await provider.signInAddress(attempt, request.query.prompt)).href);
      } catch (error) {
        const facts = failureFacts(error);
        return giveUp(request, reply, { problem: 'provider-unavailable', to, facts });
      }
    },
  });

  app.route({
    method: 'GET',
    url: CALLBACK_PATH,
    exposeHeadRoute: false,
    // The line of each request has its address, and this one's has the code.
    logLevel: 'warn',
    config: { access: 'open' },
    schema: { hide: true, querystring: CallbackQuery },
    handler: async (request, reply) => {
      const attempt = await attempts.take(request, reply, request.query.state ?? '');
      const to = returnAddress(attempt?.returnTo ?? '/', publicUrl);
      if (attempt === undefined) return giveUp(request, reply, { problem: 'unknown-attempt', to });
      try {
        // Never by the Host header, which the browser's side chooses.
        const address = new URL(request.url, publicUrl);
        const { claims, idToken } = await provider.redeem(address, attempt, mapping);
        const person = personOf(claims, mapping);
        if (typeof person === 'string') {
          const facts = {
            sub: claims['sub'],
            roles: textsOf(claims, mapping.roleClaim).slice(0, MAX_LOGGED_VALUES),
            orgs: textsOf(claims, mapping.orgClaim).slice(0, MAX_LOGGED_VALUES),
          };
          return giveUp(request, reply, { problem: person, to, facts });
        }
        await sessions.begin(reply, person, randomBytes(SESSION_ID_BYTES).toString('base64url'));
        await idTokens.keep(reply, idToken);
        logger.info({ reqId: request.id, user: person.userId, role: person.role }, 'signed in');
        return reply.redirect(to.href);
      } catch (error) {
        return giveUp(request, reply, { problem: signInProblemOf(error), to, facts: failureFacts(error) });
      }
    },
  });
}

/** In the fragment: no server sees it, and it cannot be mistaken for what a screen shows. */
export function withProblem(address: URL, problem: SignInProblem): URL {
  const result = new URL(address);
  result.hash = `${FRAGMENT}=${problem}`;
  return result;
}
