import { invalidParameter } from '../problems/problem.ts';
import type { ApiServer } from '../server.ts';

/**
 * The validator makes a number of the text "1e309", which is Infinity, and then checks none of its bounds. Nothing
 * here takes that. In a body, where nothing is converted, it is refused like any other value that is no number.
 */
export function rejectInfinity(app: ApiServer): void {
  app.addHook('preHandler', async ({ query, params }) => {
    for (const [name, value] of Object.entries({ ...Object(query), ...Object(params) })) {
      if ([value].flat().some((each) => typeof each === 'number' && !Number.isFinite(each))) {
        throw invalidParameter(name, 'must be a number of sensible size');
      }
    }
  });
}
