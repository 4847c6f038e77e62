import { Type } from 'typebox';
import type { Sources } from '../dependencies.ts';
import { shareReading } from '../metrics/shared-reading.ts';
import type { ApiServer } from '../server.ts';
import { readReadiness, Readiness } from './readiness.ts';

/** Probes: liveness says that the process runs, readiness that it can answer with figures. */
export function healthRoutes(app: ApiServer, sources: Sources): void {
  // However many probe at once, ClickHouse is asked once.
  const readiness = shareReading(() => readReadiness(sources), 0, sources.now);
  app.route({
    method: 'GET',
    url: '/healthz',
    config: { access: 'open' },
    schema: {
      summary: 'The process is up',
      response: { 200: Type.Object({ status: Type.Literal('up') }, { additionalProperties: false }) },
    },
    handler: async () => ({ status: 'up' as const }),
  });

  app.route({
    method: 'GET',
    url: '/readyz',
    config: { access: 'open' },
    schema: { summary: 'ClickHouse answers, and what is due', response: { 200: Readiness } },
    handler: readiness,
  });
}
