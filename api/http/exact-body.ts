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
  const sent = new WeakMap<FastifyRequest, object>();
  app.addHook('preValidation', async (request) => {
    if (isObject(request.body)) sent.set(request, structuredClone(request.body));
  });
  app.addHook('preHandler', async (request) => {
    const body = sent.get(request);
    const fault = body && faultOf(body, request.body);
    if (fault) throw new Problem('invalid-request', `${fault.pointer} ${fault.detail}.`, { errors: [fault] });
  });
}

interface Fault {
  readonly pointer: string;
  readonly detail: string;
}

/** The first value that was sent and is not what would be read, or kept. */
function faultOf(sent: unknown, read: unknown, pointer = '#'): Fault | undefined {
  if (!isObject(sent) || !isObject(read)) {
    if (typeof sent === 'string' && LONE_SURROGATE.test(sent)) {
      return { pointer, detail: 'holds half a character: it is no Unicode, and no store keeps it' };
    }
    const detail = 'is of another type than the one asked for: a body is not converted';
    return Object.is(sent, read) ? undefined : { pointer, detail };
  }
  const values = new Map<string, unknown>(Object.entries(read));
  for (const [key, value] of Object.entries(sent)) {
    const token = key.replaceAll('~', '~0').replaceAll('/', '~1');
    const fault = faultOf(value, values.get(key), `${pointer}/${token}`);
    if (fault) return fault;
  }
  return undefined;
}

/** JSON can name one by \u escapes; encoded as UTF-8 it becomes another character. */
const LONE_SURROGATE = /\p{Surrogate}/u;

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
