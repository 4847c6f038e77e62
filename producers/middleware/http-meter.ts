import { CallMeter, type MeterClock } from './call-meter.ts';
import type { HttpMeter, MeterOptions } from './contract.ts';
import { expressTemplate } from './express-route.ts';
import type { HttpRequest } from './http.ts';

/** @throws RangeError for an option that cannot be */
export function httpMeterBy<Request extends HttpRequest>(
  options: MeterOptions<Request>,
  clock: MeterClock,
): HttpMeter<Request> {
  const meter = new CallMeter(options, clock, expressTemplate);
  return {
    begin: (context, request, response) => meter.begin(context, request, response),
    setCost: (request, cost) => meter.setCost(request, cost),
    counters: () => meter.counters(),
    close: (deadlineMs) => meter.close(deadlineMs),
    middleware: (request, response, next) => {
      meter.begin(request, request, response);
      next?.();
    },
  };
}
