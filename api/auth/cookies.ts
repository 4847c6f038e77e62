import { parseCookie, stringifySetCookie } from 'cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Browsers drop a cookie whose name and value are longer (RFC 6265bis). */
export const MAX_COOKIE_BYTES = 4_096;

/** A cookie of the dashboard: no script reads it, and no form or script of another site sends it. */
export interface Cookie {
  readonly name: string;
  readonly path: string;
  /** `lax` comes along when another site links here, `strict` does not. */
  readonly sameSite: 'lax' | 'strict';
  readonly isSecure: boolean;
}

/**
 * @param word its name, without the prefix. Browsers accept `__Host-` only over https, for this host alone and for
 * `/`, so that no sibling domain can set such a cookie; plain http on this machine has none
 */
export const hostCookie = (word: string, isSecure: boolean): Cookie => ({
  name: isSecure ? `__Host-${word}` : word,
  path: '/',
  sameSite: 'lax',
  isSecure,
});

/** Sent to one path only. */
export const pathCookie = (word: string, path: string, isSecure: boolean): Cookie => ({
  name: isSecure ? `__Secure-${word}` : word,
  path,
  sameSite: 'strict',
  isSecure,
});

/** The cookies of a request, by name. */
export const cookiesOf = ({ headers }: FastifyRequest): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(parseCookie(headers.cookie ?? '')).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  );

/** Adds to the cookies that an answer sets. */
export function setCookie(reply: FastifyReply, cookie: Cookie, value: string, maxAgeMs: number): void {
  reply.header('set-cookie', textOf(cookie, value, Math.ceil(maxAgeMs / 1_000)));
}

export function clearCookie(reply: FastifyReply, cookie: Cookie): void {
  reply.header('set-cookie', textOf(cookie, '', 0));
}

const textOf = ({ name, path, sameSite, isSecure }: Cookie, value: string, maxAge: number): string =>
  stringifySetCookie({ name, value, path, sameSite, maxAge, secure: isSecure, httpOnly: true });
