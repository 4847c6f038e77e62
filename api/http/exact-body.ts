import type { FastifyRequest } from 'fastify';
import { Problem } from '../problems/problem.ts';
import type { ApiServer } from '../server.ts';

/**
 * A body is taken as it was sent. The validator converts what stands in an address, where everything is text; in a
 * body it would take null for the number 0, and a limit would be gone.
 */
export function takeBodiesExactly(app: ApiServer): void {
  // Fastify takes plain text as well: here it is a 415 like any other type that is not JSON.
  app.removeContentTypeParser('text/plain');
  const sent = new WeakMap<FastifyRequest, unknown>();
  app.addHook('preValidation', async (request) => {
    if (isObject(request.body)) sent.set(request, structuredClone(request.body));
  });
  app.addHook('preHandler', async (request) => {
    const pointer = changedAt(sent.get(request), request.body);
    if (pointer === undefined || !sent.has(request)) return;
    const detail = 'is of another type than the one asked for: a body is not converted';
    throw new Problem('invalid-request', `#${pointer} ${detail}.`, {
      errors: [{ pointer: `#${pointer}`, detail }],
    });
  });
}

/** The JSON pointer of the first value that was sent and is not what is read. */
function changedAt(sent: unknown, read: unknown, pointer = ''): string | undefined {
  if (!isObject(sent) || !isObject(read)) return Object.is(sent, read) ? undefined : pointer;
  const now = new Map<string, unknown>(Object.entries(read));
  for (const [key, value] of Object.entries(sent)) {
    const token = key.replaceAll('~', '~0').replaceAll('/', '~1');
    const changed = changedAt(value, now.get(key), `${pointer}/${token}`);
    if (changed !== undefined) return changed;
  }
  return undefined;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
