import { CallMeter } from './call-meter.ts';
import type { MeterClock } from './call-recorder.ts';
import type { MeterOptions } from './contract.ts';
import type { FastifyMeter, FastifyRequestLike } from './fastify.ts';

/** What the package fastify-plugin sets: the hooks are those of the whole server. */
const FOR_ALL_ROUTES = {
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: '@api-credits/publisher',
  [Symbol.for('plugin-meta')]: { name: '@api-credits/publisher', fastify: '>=5' },
};

/** @throws RangeError for an option that cannot be */
export function fastifyMeterBy<Request extends FastifyRequestLike>(
  options: MeterOptions<Request>,
  clock: MeterClock,
): FastifyMeter<Request> {
  const templateOf = (request: Request) => (): string | undefined => request.routeOptions.url;
  const meter = new CallMeter(options, clock, templateOf);
  const plugin: FastifyMeter<Request>['plugin'] = (instance, _, done) => {
    instance.addHook('onRequest', (request, reply, next) => {
      meter.begin(request, request.raw, reply.raw);
      next();
    });
    if (options.gate !== undefined) {
      instance.addHook('preHandler', async (request, reply) => {
        const rejection = await meter.admit(request, reply.raw);
        if (rejection === undefined) return undefined;
        const { status, headers, problem } = rejection;
        reply.code(status);
        reply.headers({ ...headers, 'content-type': 'application/problem+json' });
        return reply.send(JSON.stringify(problem));
      });
    }
    instance.addHook('onClose', (__, closed) => void meter.close().then(closed));
    done();
  };
  return {
    plugin: Object.assign(plugin, FOR_ALL_ROUTES),
    setCost: (request, cost) => meter.setCost(request, cost),
    admit: (request, response) => meter.admit(request, response),
    counters: () => meter.counters(),
    close: (deadlineMs) => meter.close(deadlineMs),
  };
}
