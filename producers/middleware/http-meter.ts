import { CallMeter } from './call-meter.ts';
import type { MeterClock } from './call-recorder.ts';
import type { HttpMeter, MeterOptions } from './contract.ts';
import { expressTemplate } from './express-route.ts';
import type { HttpRequest, HttpResponse } from './http.ts';

/** @throws RangeError for an option that cannot be */
export function httpMeterBy<Request extends HttpRequest>(
  options: MeterOptions<Request>,
  clock: MeterClock,
): HttpMeter<Request> {
  const meter = new CallMeter(options, clock, expressTemplate);

  /** Never rejects: what `next` throws is for the framework. */
  async function answerOrPass(request: Request, response: HttpResponse, next: () => void): Promise<void> {
    const rejection = await meter.admit(request, response);
    if (rejection === undefined) {
      next();
      return;
    }
    const { status, headers, problem } = rejection;
    response.writeHead(status, { ...headers, 'content-type': 'application/problem+json' });
    response.end(JSON.stringify(problem));
  }

  return {
    begin: (context, request, response) => meter.begin(context, request, response),
    setCost: (request, cost) => meter.setCost(request, cost),
    admit: (request, response) => meter.admit(request, response),
    counters: () => meter.counters(),
    close: (deadlineMs) => meter.close(deadlineMs),
    middleware: (request, response, next) => {
      meter.begin(request, request, response);
      next?.();
    },
    gate: (request, response, next) => void answerOrPass(request, response, next),
  };
}
