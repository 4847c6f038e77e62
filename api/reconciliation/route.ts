import { Type } from 'typebox';
import type { Sources } from '../dependencies.ts';
import { InstantParameter, instantOf } from '../parameters/instant.ts';
import { invalidParameter } from '../problems/problem.ts';
import type { ApiServer } from '../server.ts';
import { ReconciliationAnswer } from './answer.ts';
import { reconcile } from './read.ts';
import { DAY_MS } from '../../schemas/time-units.ts';

/** D: a week is compared in a second where there are millions of events; the traces of events reach back five. */
const DEFAULT_MS = 7 * DAY_MS;
const LONGEST_MS = 36 * DAY_MS;

const ReconciliationQuery = Type.Object(
  {
    from: Type.Optional(InstantParameter('the first hour compared, 7 days before `to` if left out')),
    to: Type.Optional(InstantParameter('the end of the last hour compared, now if left out')),
  },
  { additionalProperties: false },
);

export function reconciliationRoute(app: ApiServer, sources: Sources): void {
  app.route({
    method: 'GET',
    url: '/v1/reconciliation',
    config: { access: 'read-reconciliation' },
    schema: {
      summary: 'Whether every stage adds up',
      querystring: ReconciliationQuery,
      response: { 200: ReconciliationAnswer },
    },
    handler: async ({ query }) => {
      const to = query.to === undefined ? sources.now() : instantOf('to', query.to);
      const from = query.from === undefined ? Math.max(0, to - DEFAULT_MS) : instantOf('from', query.from);
      if (from >= to) throw invalidParameter('to', 'must lie after from: ranges are half-open [from, to)');
      if (to - from > LONGEST_MS) throw invalidParameter('to', 'must lie at most 36 days after from');
      return reconcile(sources, { from, to });
    },
  });
}
