import { Histogram, type Registry } from 'prom-client';
import type { ApiServer } from '../server.ts';

const BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25];

/** How long answers take, by status and the route's pattern: the number of addresses is unbounded. */
export function timeRequests(app: ApiServer, registry: Registry): void {
  const durations = new Histogram({
    name: 'api_credits_request_duration_seconds',
    help: 'From the arrival of a request to the end of its answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: BUCKETS_SECONDS,
    registers: [registry],
  });
  app.addHook('onResponse', async ({ method, routeOptions }, { statusCode, elapsedTime }) => {
    durations.observe({ method, route: routeOptions.url ?? 'none', status: statusCode }, elapsedTime / 1000);
  });
}
