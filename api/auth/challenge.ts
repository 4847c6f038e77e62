import { Problem } from '../problems/problem.ts';

/** The 401 of a request without a token. RFC 6750, 3.1: its challenge names no error. */
export const tokenMissing = (detail = 'Send a token as "Authorization: Bearer TOKEN".'): Problem =>
  new Problem('unauthorized', detail, challenge('Bearer'));

/** The 401 of a token that is not valid. Clients get a new one by the challenge. @param cause for the log */
export const tokenInvalid = (detail: string, cause?: unknown): Problem =>
  new Problem('unauthorized', detail, { cause, ...challenge(bearerError('invalid_token', detail)) });

/** The 403 of a valid token whose role lacks the permission. */
export const scopeInsufficient = (detail: string): Problem =>
  new Problem('forbidden', detail, challenge(bearerError('insufficient_scope', detail)));

const challenge = (value: string) => ({ headers: { 'www-authenticate': value } });

const bearerError = (error: string, description: string): string =>
  `Bearer error="${error}", error_description="${quotable(description)}"`;

/** RFC 6750, 3: printable ASCII without quotation mark and backslash. */
const quotable = (text: string): string =>
  text
    .replaceAll(/["’\\]/g, "'")
    .replaceAll(/[^\x20-\x7e]/g, '?')
    .slice(0, 500);
