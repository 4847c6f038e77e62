import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { compiled } from '../../platform/compiled-schema.ts';
import { clearCookie, cookiesOf, MAX_COOKIE_BYTES, pathCookie, setCookie } from '../auth/cookies.ts';
import { createSeal } from '../auth/seal.ts';
import type { SessionRules } from '../auth/sessions.ts';

/** Where the browser goes on to the provider's own sign-out. */
export const SIGN_OUT_PATH = '/sign-in/sign-out';

/**
 * The ID token, for the provider's sign-out alone: with it the provider knows whom to sign out without asking. Sealed,
 * and sent to that one address.
 */
export interface IdTokenCookie {
  /** A token that is too large for a cookie is left out: the provider then asks the person. */
  keep(reply: FastifyReply, idToken: string): Promise<void>;
  take(request: FastifyRequest, reply: FastifyReply): Promise<string | undefined>;
}

const Sealed = Type.Object({ id_token: Type.String() });

export function createIdTokenCookie({ secrets, maxMs, publicUrl }: SessionRules): IdTokenCookie {
  const cookie = pathCookie('api-credits-id-token', SIGN_OUT_PATH, publicUrl.protocol === 'https:');
  const seal = createSeal(secrets, 'id token');
  const { check: isSealed } = compiled(Sealed);
  return {
    keep: async (reply, idToken) => {
      const text = await seal.close({ id_token: idToken });
      if (cookie.name.length + text.length > MAX_COOKIE_BYTES) clearCookie(reply, cookie);
      else setCookie(reply, cookie, text, maxMs);
    },
    take: async (request, reply) => {
      clearCookie(reply, cookie);
      const sealed = await seal.open(cookiesOf(request).get(cookie.name) ?? '');
      return isSealed(sealed) ? sealed.id_token : undefined;
    },
  };
}
