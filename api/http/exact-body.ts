import { Problem, type ProblemError } from '../problems/problem.ts';
import type { ApiServer } from '../server.ts';

/** A body is JSON, and what it says can be kept to the letter. */
export function takeBodiesExactly(app: ApiServer): void {
  // Fastify takes plain text as well: here it is a 415 like any other type that is not JSON.
  app.removeContentTypeParser('text/plain');
  // Once it has been validated: it is no deeper than its schema then.
  app.addHook('preHandler', async ({ body }) => {
    const fault = faultOf(body, '#');
    if (fault) throw new Problem('invalid-request', `${fault.pointer} ${fault.detail}.`, { errors: [fault] });
  });
}

/** JSON can name one by \u escapes; encoded as UTF-8 it becomes another character. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** The first text that no store keeps. */
function faultOf(value: unknown, pointer: string): ProblemError | undefined {
  if (typeof value === 'string' && LONE_SURROGATE.test(value)) {
    return { pointer, detail: 'holds half a character: it is no Unicode, and no store keeps it' };
  }
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, each] of Object.entries(value)) {
    const fault = faultOf(each, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`);
    if (fault) return fault;
  }
  return undefined;
}
