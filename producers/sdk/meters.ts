import { randomBytes } from 'node:crypto';
import { pooled } from '../../platform/random-pool.ts';
import { CallMeter } from '../middleware/call-meter.ts';
import type { MeterClock } from '../middleware/call-recorder.ts';
import type { HttpMeter, Meter, MeterOptions } from '../middleware/contract.ts';
import { fastifyMeterBy } from '../middleware/fastify-meter.ts';
import type { FastifyMeter, FastifyRequestLike } from '../middleware/fastify.ts';
import { httpMeterBy } from '../middleware/http-meter.ts';
import type { HttpRequest } from '../middleware/http.ts';

const CLOCK: MeterClock = {
  now: Date.now,
  monotonicMs: () => performance.now(),
  random: pooled(randomBytes),
};

/**
 * Meters every call of a Fastify server: `app.register(meter.plugin)`.
 * @throws RangeError for an option that cannot be
 */
export function fastifyMeter<Request extends FastifyRequestLike>(
  options: MeterOptions<Request>,
): FastifyMeter<Request> {
  return fastifyMeterBy(options, CLOCK);
}

/**
 * Meters every call of node:http, Express or Nest: `app.use(meter.middleware)`.
 * @throws RangeError for an option that cannot be
 */
export function httpMeter<Request extends HttpRequest>(options: MeterOptions<Request>): HttpMeter<Request> {
  return httpMeterBy(options, CLOCK);
}

/**
 * Meters the calls of any framework on node:http whose middleware has a context: `meter.begin(context, request, response)`.
 * @throws RangeError for an option that cannot be
 */
export function createMeter<Context extends object>(options: MeterOptions<Context>): Meter<Context> {
  return new CallMeter(options, CLOCK);
}
