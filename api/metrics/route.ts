import { Registry } from 'prom-client';
import { Type } from 'typebox';
import type { ApiDependencies } from '../dependencies.ts';
import type { ApiServer } from '../server.ts';
import { pipelineMetrics } from './pipeline.ts';
import { timeRequests } from './requests.ts';
import { totalMetrics } from './totals.ts';

const MEDIA_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

/** Metrics for Prometheus: those of this process, and the pipeline's from ClickHouse. */
export function metricsRoute(app: ApiServer, dependencies: ApiDependencies): void {
  const { metrics: registry } = dependencies;
  timeRequests(app, registry);
  const updatePipeline = pipelineMetrics(registry, dependencies);
  const updateTotals = totalMetrics(registry, dependencies);
  app.route({
    method: 'GET',
    url: '/metrics',
    config: { access: 'open', isUnlimited: true },
    schema: {
      summary: 'Metrics for Prometheus',
      response: { 200: { description: 'Metrics', content: { 'text/plain': { schema: Type.String() } } } },
    },
    handler: async (_request, reply) => {
      await Promise.all([updatePipeline(), updateTotals()]);
      return reply.type(MEDIA_TYPE).send(await registry.metrics());
    },
  });
}
