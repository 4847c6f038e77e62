import type { IncomingMessage } from 'node:http';
import type { HttpMeter, MeterOptions } from '../../../producers/middleware/contract.ts';
import { httpMeterBy } from '../../../producers/middleware/http-meter.ts';
import { until } from '../../until.ts';
import { serve, type TestServer } from './connection.ts';
import { ANN, sampleClock, sampleOptions, type SampleOptions } from './sample-meter.ts';

type Options = Partial<MeterOptions<IncomingMessage>>;

let sample: SampleOptions;
let meter: HttpMeter<IncomingMessage>;
let server: TestServer;
beforeEach(() => (sample = sampleOptions()));
afterEach(() => server.stop());

/** @returns the status that the client got */
async function answerOneCall(options: Options): Promise<number> {
  meter = httpMeterBy({ ...sample, ...options }, sampleClock());
  server = await serve((request, response) => {
    meter.middleware(request, response);
    response.end();
  });
  const { status } = await fetch(server.url);
  await until('the call ended', () => meter.counters().open === 0 && meter.counters().pending === 0);
  return status;
}

const fails = (): never => {
  throw new Error('the platform’s function is broken');
};
/** As plain JavaScript may do it. */
const rejects = (): undefined => JSON.parse('null') ?? Promise.reject(new Error('no session'));

describe('the caller', () => {
  it('that the platform does not know leaves the call uncounted', async () => {
    expect(await answerOneCall({ caller: () => undefined })).toBe(200);
    expect(meter.counters()).toMatchObject({ metered: 0, not_metered: { no_caller: 1, caller_failed: 0 } });
    expect(sample.lines).toEqual([]);
  });

  it('may have the other fields of the event', async () => {
    const more = { app_id: 'desk/1.0', product: 'bigin', module: 'leads', source_address: '10.0.0.1' };
    await answerOneCall({ caller: () => ({ ...ANN, ...more, rejection_cause: 'quota' }) });
    expect(sample.publisher.events).toMatchObject([{ ...ANN, ...more, rejection_cause: 'quota' }]);
  });

  it('gets to see what was answered, once', async () => {
    const seen: unknown[] = [];
    await answerOneCall({
      caller: (request, call) => {
        seen.push([request.url, call]);
        return ANN;
      },
    });
    expect(seen).toEqual([['/', { method: 'GET', endpoint: 'unmatched', status: 200 }]]);
  });

  it.each([
    ['throws', fails],
    ['returns a promise', rejects],
  ])('that %s is counted and logged, and the answer goes on', async (_, caller) => {
    expect(await answerOneCall({ caller })).toBe(200);
    expect(meter.counters()).toMatchObject({ metered: 0, not_metered: { caller_failed: 1 } });
    expect(sample.lines.map(({ code }) => code)).toEqual(['CALLER_FAILED']);
  });

  it('that is not valid makes an event that the publisher rejects, which is lost', async () => {
    sample.publisher.error = new Error('org_id is empty');
    const lost: string[] = [];
    await answerOneCall({
      caller: () => ({ ...ANN, org_id: '' }),
      onLost: (event) => void lost.push(event.org_id),
    });
    expect(lost).toEqual(['']);
    expect(meter.counters()).toMatchObject({ metered: 1, failed: 1 });
  });
});

describe('the endpoint', () => {
  it.each([
    ['throws', fails],
    ['returns a promise', rejects],
  ])('that %s is the fixed word, counted and logged', async (_, endpoint) => {
    expect(await answerOneCall({ endpoint, unmatchedEndpoint: 'other' })).toBe(200);
    expect(sample.publisher.events).toMatchObject([{ endpoint: 'other' }]);
    expect(meter.counters().endpoint_failed).toBe(1);
    expect(sample.lines.map(({ code }) => code)).toEqual(['ENDPOINT_FAILED']);
  });
});
