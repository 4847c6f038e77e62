import { invalidParameter } from '../problems/problem.ts';
import type { ApiServer } from '../server.ts';

/**
 * Rejects infinite numbers in addresses: the validator converts the text "1e309" to Infinity and then skips its
 * bounds. Bodies need no such check, because nothing in them is converted.
 */
export function rejectInfinity(app: ApiServer): void {
  app.addHook('preHandler', async ({ query, params }) => {
    for (const [name, value] of Object.entries({ ...Object(query), ...Object(params) })) {
      if ([value].flat().some((each) => typeof each === 'number' && !Number.isFinite(each))) {
        throw invalidParameter(name, 'must be a finite number');
      }
    }
  });
}
