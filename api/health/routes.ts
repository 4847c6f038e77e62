import { Type } from 'typebox';
import type { Sources } from '../dependencies.ts';
import { shareReading } from '../metrics/shared-reading.ts';
import type { ApiServer } from '../server.ts';
import { readReadiness, Readiness } from './readiness.ts';

/** Probes: liveness means that the process runs, readiness that it can read figures. */
export function healthRoutes(app: ApiServer, sources: Sources): void {
  // Simultaneous probes share one query.
  const readiness = shareReading(() => readReadiness(sources), 0, sources.now);
  app.route({
    method: 'GET',
    url: '/healthz',
    config: { access: 'open', isUnlimited: true },
    schema: {
      summary: 'The process is up',
      response: { 200: Type.Object({ status: Type.Literal('up') }, { additionalProperties: false }) },
    },
    handler: async () => ({ status: 'up' as const }),
  });

  app.route({
    method: 'GET',
    url: '/readyz',
    config: { access: 'open', isUnlimited: true },
    schema: {
      summary: 'Whether ClickHouse can be read, and the aggregator’s backlog',
      response: { 200: Readiness },
    },
    handler: readiness,
  });
}
