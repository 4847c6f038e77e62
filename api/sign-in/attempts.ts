import { randomBytes } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { randomNonce, randomPKCECodeVerifier } from 'openid-client';
import { Type } from 'typebox';
import { compiled } from '../../platform/compiled-schema.ts';
import { MINUTE_MS } from '../../schemas/time-units.ts';
import { clearCookie, cookiesOf, hostCookie, setCookie } from '../auth/cookies.ts';
import { createSeal } from '../auth/seal.ts';
import type { SessionRules } from '../auth/sessions.ts';
import type { Expected } from './provider.ts';

/** A sign-in that has begun: the browser is at the provider. */
export interface Attempt extends Expected {
  /** Where it leads back to, a path of the dashboard. */
  readonly returnTo: string;
}

/**
 * The sign-ins that a browser has begun. Each has a cookie of its own, named by its state, so several tabs can be in
 * the middle of signing in, and any API process can finish what another one began.
 */
export interface Attempts {
  begin(request: FastifyRequest, reply: FastifyReply, returnTo: string): Promise<Attempt>;
  /**
   * Ends the attempt, so that the provider's answer works once.
   * @returns undefined for one that this browser has not begun in the last minutes
   */
  take(request: FastifyRequest, reply: FastifyReply, state: string): Promise<Attempt | undefined>;
}

const VALID_MS = 10 * MINUTE_MS;
/** One more replaces the oldest. */
const MAX_PENDING = 4;
/**
 * Of their cookies together, so that they and a session, of up to 4 KB, fit into the 8 KB that nginx reads of a header
 * by default. The longest address makes one of 3.1 KB, most of them 0.4 KB.
 */
const MAX_PENDING_BYTES = 3_200;
const WORD = 'api-credits-sign-in-';
const STATE_BYTES = 16;
const STATE = /^[\w-]{22}$/;

const Sealed = Type.Object({
  state: Type.String(),
  nonce: Type.String(),
  verifier: Type.String(),
  return_to: Type.String(),
  until: Type.Integer(),
});

/** @param now epoch milliseconds */
export function createAttempts({ secrets, publicUrl }: SessionRules, now: () => number): Attempts {
  const isSecure = publicUrl.protocol === 'https:';
  const seal = createSeal(secrets, 'sign-in attempt');
  const cookieOf = (state: string) => hostCookie(`${WORD}${state}`, isSecure);
  const prefix = cookieOf('').name;
  const { check: isSealed } = compiled(Sealed);
  return {
    begin: async (request, reply, returnTo) => {
      const state = randomBytes(STATE_BYTES).toString('base64url');
      const attempt = { state, nonce: randomNonce(), verifier: randomPKCECodeVerifier() };
      const sealed = await seal.close({ ...attempt, return_to: returnTo, until: now() + VALID_MS });
      // Browsers send the oldest first (RFC 6265, 5.4).
      const pending = [...cookiesOf(request)].filter(([name]) => name.startsWith(prefix)).toReversed();
      let sizeBytes = prefix.length + state.length + sealed.length;
      for (const [index, [name, text]] of pending.entries()) {
        sizeBytes += name.length + text.length;
        const isKept = index + 1 < MAX_PENDING && sizeBytes <= MAX_PENDING_BYTES;
        const old = name.slice(prefix.length);
        if (!isKept && STATE.test(old)) clearCookie(reply, cookieOf(old));
      }
      setCookie(reply, cookieOf(state), sealed, VALID_MS);
      return { ...attempt, returnTo };
    },
    take: async (request, reply, state) => {
      if (!STATE.test(state)) return undefined;
      const cookie = cookieOf(state);
      const text = cookiesOf(request).get(cookie.name);
      if (text === undefined) return undefined;
      clearCookie(reply, cookie);
      const sealed = await seal.open(text);
      if (!isSealed(sealed) || sealed.state !== state || now() >= sealed.until) return undefined;
      const { nonce, verifier, return_to: returnTo } = sealed;
      return { state, nonce, verifier, returnTo };
    },
  };
}
