import type { FastifyRequest } from 'fastify';
import { Problem } from '../problems/problem.ts';

const READS = new Set(['GET', 'HEAD']);

/**
 * A browser adds the session's cookie also to requests that other sites make, so a session authenticates only what a
 * page of this origin sent. Browsers say so in `Sec-Fetch-Site`, which no script can set; those before 2023 send only
 * `Origin`, and that with every change. So no token has to be kept and compared. A read without either header is let
 * through: `SameSite=Lax` keeps the cookie from other sites' scripts, and no other origin can read the answer.
 * @param origin of PUBLIC_URL. Throws the Problem `cross-site`.
 */
export function assertSameOrigin({ method, headers }: FastifyRequest, origin: string): void {
  const site = headers['sec-fetch-site'];
  const isRead = READS.has(method);
  if (site === 'same-origin') return;
  // `none` is a person who typed the address.
  if (isRead && (site === undefined || site === 'none')) return;
  if (site === undefined && headers.origin === origin) return;
  throw new Problem(
    'cross-site',
    `A session of the dashboard works only for its own pages at ${origin}: programs send a token as "Authorization: Bearer TOKEN".`,
    { headers: { 'www-authenticate': 'Bearer' } },
  );
}
