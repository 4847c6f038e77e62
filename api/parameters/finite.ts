import { invalidParameter } from '../problems/problem.ts';
import type { ApiServer } from '../server.ts';

/**
 * Ajv makes a number of "1e309", which is Infinity, and then checks none of its bounds. Nothing here takes that.
 * Where a number is of a body it is named by its own name.
 */
export function refuseInfinity(app: ApiServer): void {
  app.addHook('preHandler', async ({ query, params, body }) => {
    for (const given of [query, params, body]) refuseIn(given, '');
  });
}

function refuseIn(value: unknown, name: string): void {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw invalidParameter(name, 'must be a number of sensible size');
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, each] of Object.entries(value)) refuseIn(each, Array.isArray(value) ? name : key);
}
