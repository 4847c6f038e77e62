import { Type, type Static } from 'typebox';
import { formatInstant } from '../../domain/instants.ts';
import { ROLES } from '../auth/permissions.ts';
import { assertSameOrigin } from '../auth/same-origin.ts';
import type { Session } from '../auth/sessions.ts';
import { Instant } from '../parameters/instant.ts';
import type { ApiServer } from '../server.ts';
import { failureFacts } from './failure.ts';
import { SIGN_OUT_PATH } from './id-token-cookie.ts';
import type { SignIn } from './sign-in.ts';
import { SIGN_IN_PATH, withProblem } from './sign-in-routes.ts';

const PATH = '/sign-in/session';
const strict = { additionalProperties: false };

/** What the dashboard's script knows of a session: nothing that a request could be made with. */
const SessionAnswer = Type.Object(
  {
    id: Type.String(),
    user_id: Type.String(),
    name: Type.String(),
    role: Type.Enum([...ROLES]),
    orgs: Type.Array(Type.String()),
    ends_at: Instant,
    idle_ends_at: Instant,
  },
  strict,
);
export const SignInAnswer = Type.Object(
  {
    provider: Type.String({ description: 'the name of the identity provider' }),
    /** On PUBLIC_URL, where the session will be, whatever address the browser is at. */
    sign_in_url: Type.String(),
    idle_ms: Type.Integer(),
    /** By the API's clock, so that a browser with another one counts down right. */
    as_of: Instant,
    session: Type.Union([SessionAnswer, Type.Null()]),
  },
  strict,
);

/** The session of the dashboard: who is signed in, activity, and signing out. @param now epoch milliseconds */
export function sessionRoutes(app: ApiServer, signIn: SignIn, now: () => number): void {
  const { provider, providerName, sessions, idTokens, idleMs, publicUrl } = signIn;
  const answerWith = (session: Session | undefined): Static<typeof SignInAnswer> => ({
    provider: providerName,
    sign_in_url: new URL(SIGN_IN_PATH, publicUrl).href,
    idle_ms: idleMs,
    as_of: formatInstant(now()),
    session: session === undefined ? null : shown(session),
  });

  app.route({
    method: 'GET',
    url: PATH,
    config: { access: 'open' },
    schema: { hide: true, response: { 200: SignInAnswer } },
    handler: async (request) => answerWith(await sessions.read(request)),
  });
  app.route({
    method: 'POST',
    url: `${PATH}/activity`,
    config: { access: 'open' },
    schema: { hide: true, response: { 200: SignInAnswer } },
    onRequest: async (request) => assertSameOrigin(request, publicUrl.origin),
    handler: async (request, reply) => {
      const session = await sessions.read(request);
      return answerWith(session && (await sessions.renew(reply, session)));
    },
  });
  app.route({
    method: 'POST',
    url: `${PATH}/end`,
    config: { access: 'open' },
    schema: { hide: true, response: { 200: SignInAnswer } },
    onRequest: async (request) => assertSameOrigin(request, publicUrl.origin),
    handler: async (_request, reply) => {
      sessions.end(reply);
      return answerWith(undefined);
    },
  });

  /**
   * The browser comes here after the session's end, to sign out at the provider as well. The address with the ID token
   * is a redirect's, so no script sees it.
   */
  app.route({
    method: 'GET',
    url: SIGN_OUT_PATH,
    exposeHeadRoute: false,
    config: { access: 'open' },
    schema: { hide: true },
    handler: async (request, reply) => {
      const first = new URL('/', publicUrl);
      // A link from elsewhere signs no one out.
      if ((await sessions.read(request)) !== undefined) return reply.redirect(first.href);
      const idToken = await idTokens.take(request, reply);
      const address = await provider.signOutAddress(idToken).catch((error: unknown) => {
        request.log.warn(failureFacts(error), 'the identity provider’s sign-out is not known');
        return undefined;
      });
      return reply.redirect((address ?? withProblem(first, 'signed-out-here')).href);
    },
  });
}

const shown = ({
  id,
  userId,
  name,
  role,
  orgIds,
  endsAt,
  idleEndsAt,
}: Session): Static<typeof SessionAnswer> => ({
  id,
  user_id: userId,
  name,
  role,
  orgs: [...orgIds],
  ends_at: formatInstant(endsAt),
  idle_ends_at: formatInstant(idleEndsAt),
});
