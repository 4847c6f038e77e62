import type { FastifyRequest } from 'fastify';
import { tokenInvalid } from './challenge.ts';

const SCHEME = /^bearer(?: |$)/i;
const BEARER = /^bearer +([\w.~+/-]+=*) *$/i;

/** The token of the Authorization header; undefined without one. Throws the Problem `unauthorized` for another form. */
export function bearerTokenOf({ headers }: FastifyRequest): string | undefined {
  const { authorization = '' } = headers;
  if (!SCHEME.test(authorization)) return undefined;
  const token = BEARER.exec(authorization)?.[1];
  if (token !== undefined) return token;
  throw tokenInvalid('The Authorization header is not of the form "Bearer TOKEN".');
}
