import { Type } from 'typebox';
import type { Sources } from '../dependencies.ts';
import { InstantParameter, instantOf } from '../parameters/instant.ts';
import { checkInstantOrder } from '../parameters/range.ts';
import { invalidParameter } from '../problems/problem.ts';
import type { ApiServer } from '../server.ts';
import { ReconciliationAnswer } from './answer.ts';
import { reconcile } from './read.ts';
import { DAY_MS } from '../../schemas/time-units.ts';

/** D: comparing a week with millions of events takes a second; the traces of events go back five weeks. */
const DEFAULT_MS = 7 * DAY_MS;
const MAX_MS = 36 * DAY_MS;

const ReconciliationQuery = Type.Object(
  {
    from: Type.Optional(InstantParameter('the first compared hour; 7 days before `to` by default')),
    to: Type.Optional(InstantParameter('the end of the last compared hour; now by default')),
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
      checkInstantOrder(from, to);
      if (to - from > MAX_MS) throw invalidParameter('to', 'must lie at most 36 days after from');
      return reconcile(sources, { from, to });
    },
  });
}
