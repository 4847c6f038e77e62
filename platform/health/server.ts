import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Registry } from 'prom-client';
import type { Logger } from '../logging.ts';
import { collectProcessMetrics, collectReadiness } from './process-metrics.ts';

export interface HealthConfig {
  readonly HEALTH_PORT?: number;
  readonly HEALTH_HOST: string;
}

/** What a process shows of itself on its HEALTH_PORT. */
export interface Health {
  /** Where the process registers its metrics. */
  readonly metrics: Registry;
  /** @param problems what keeps the process from its work, each as a sentence without its full stop; none if it is ready */
  readyWhen(problems: () => readonly string[]): void;
}

/** The port cannot be listened on. Nothing was started, so nothing needs to be cleaned up. */
export class HealthPortError extends Error {
  readonly code = 'HEALTH_PORT_NOT_USABLE';
  constructor(host: string, port: number, reason: string) {
    super(
      `HEALTH_PORT ${port} cannot be used on ${host} (${reason}): choose another HEALTH_PORT or HEALTH_HOST, ` +
        'or stop the process that listens there.',
    );
    this.name = 'HealthPortError';
  }
}

/** Probes and scrapers come a few at a time. More connections are closed at once. */
const MAX_CONNECTIONS = 32;
const REQUEST_WITHIN_MS = 5_000;

const isStarting = (): readonly string[] => ['The process is starting'];

/**
 * Serves /healthz (the process runs), /readyz (it can do its work) and /metrics until the process exits, so that a stop
 * neither waits for a connection nor looks like a crash. Without HEALTH_PORT it serves nothing.
 * @throws HealthPortError
 */
export async function openHealth(
  { HEALTH_PORT, HEALTH_HOST }: HealthConfig,
  logger: Pick<Logger, 'warn'>,
): Promise<Health> {
  const metrics = new Registry();
  let problemsNow = isStarting;
  const health: Health = { metrics, readyWhen: (problems) => (problemsNow = problems) };
  if (HEALTH_PORT === undefined) return health;
  collectProcessMetrics(metrics);
  collectReadiness(metrics, () => problemsNow().length === 0);

  async function answer({ method, url = '' }: IncomingMessage, response: ServerResponse): Promise<void> {
    if (method !== 'GET' && method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      return send(response, 405, { status: 'only GET and HEAD are answered' });
    }
    const [path = ''] = url.split('?', 1);
    switch (path) {
      case '/healthz':
        return send(response, 200, { status: 'up' });
      case '/readyz': {
        const problems = problemsNow();
        if (problems.length === 0) return send(response, 200, { status: 'ready' });
        return send(response, 503, { status: 'not-ready', problems });
      }
      case '/metrics':
        response.setHeader('content-type', metrics.contentType);
        response.end(await metrics.metrics());
        return;
      default:
        return send(response, 404, { status: 'there are /healthz, /readyz and /metrics' });
    }
  }

  const limits = { requestTimeout: REQUEST_WITHIN_MS, headersTimeout: REQUEST_WITHIN_MS };
  const server = createServer(limits, (request, response) => {
    // What a metric throws must not end the process.
    answer(request, response).catch((error: unknown) => {
      logger.warn({ err: error }, 'the health port could not answer');
      response.destroy();
    });
  });
  server.maxConnections = MAX_CONNECTIONS;
  try {
    server.listen(HEALTH_PORT, HEALTH_HOST);
    await once(server, 'listening');
  } catch (error) {
    throw new HealthPortError(HEALTH_HOST, HEALTH_PORT, asError(error).message);
  }
  server.on('error', (error) => logger.warn({ err: error }, 'the health port did not take a connection'));
  server.unref();
  return health;
}

function send(response: ServerResponse, status: number, body: object): void {
  response.statusCode = status;
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.end(JSON.stringify(body));
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
