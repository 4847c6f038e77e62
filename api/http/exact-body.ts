import { Problem, type ProblemError } from '../problems/problem.ts';
import type { ApiServer } from '../server.ts';

/** Accepts only JSON bodies that are not compressed, and only text that can be stored unchanged. */
export function takeBodiesExactly(app: ApiServer): void {
  // Fastify also accepts plain text; here it is a 415 like every type other than JSON.
  app.removeContentTypeParser('text/plain');
  app.addHook('preParsing', async ({ headers }) => {
    if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) return;
    const codings = (headers['content-encoding'] ?? '')
      .split(',')
      .map((coding) => coding.trim().toLowerCase());
    if (codings.every((coding) => coding === '' || coding === 'identity')) return;
    throw new Problem('unsupported-media-type', 'Send the body without a Content-Encoding.', {
      headers: { 'accept-encoding': 'identity' },
    });
  });
  // After validation, because then the body is not deeper than its schema.
  app.addHook('preHandler', async ({ body }) => {
    const error = invalidTextIn(body, '#');
    if (error) throw new Problem('invalid-request', `${error.pointer} ${error.detail}.`, { errors: [error] });
  });
}

/**
 * The first text that cannot be stored unchanged: a JSON escape can write half a character, which encoded as UTF-8
 * would become another one.
 */
function invalidTextIn(value: unknown, pointer: string): ProblemError | undefined {
  if (typeof value === 'string' && !value.isWellFormed()) {
    return { pointer, detail: 'contains half a character (a lone surrogate), which is not valid Unicode' };
  }
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, each] of Object.entries(value)) {
    const error = invalidTextIn(each, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`);
    if (error) return error;
  }
  return undefined;
}
