import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Cost, HttpMeter, MeterOptions } from '../../../producers/middleware/contract.ts';
import { httpMeterBy } from '../../../producers/middleware/http-meter.ts';
import { readCosts } from '../../../producers/sdk/costs.ts';
import { until } from '../../until.ts';
import { serve, type TestServer } from './connection.ts';
import { sampleClock, sampleOptions, type SampleOptions } from './sample-meter.ts';

const costs = readCosts([
  {
    effective_at: '1970-01-01T00:00:00Z',
    rules: [
      { rule: 'call', kind: 'per_call', credits: 2 },
      { rule: 'insert', kind: 'per_started', credits: 1, units: 10 },
    ],
  },
]);

let sample: SampleOptions;
let meter: HttpMeter<IncomingMessage>;
let server: TestServer;
beforeEach(() => (sample = sampleOptions()));
afterEach(() => server.stop());

/** Answers one call and returns its event and its header. */
async function callOf(
  options: Partial<MeterOptions<IncomingMessage>>,
  handler: (request: IncomingMessage, response: ServerResponse) => void = (_, response) =>
    void response.end(),
): Promise<{ cost: object; header: string | null; status: number }> {
  meter = httpMeterBy({ ...sample, ...options }, sampleClock());
  server = await serve((request, response) => {
    meter.middleware(request, response);
    handler(request, response);
  });
  const answer = await fetch(server.url);
  await answer.text();
  await until('the call ended', () => meter.counters().open === 0 && meter.counters().pending === 0);
  const [event] = sample.publisher.events;
  const { credits, rule, units } = event ?? {};
  const { headers, status } = answer;
  return {
    cost: { credits, rule, units },
    header: headers.get(String(options.costHeader ?? 'x-credits')),
    status,
  };
}

describe('the cost of a call', () => {
  it('is 1 credit where neither a catalogue nor the handler says otherwise', async () => {
    const { cost, header } = await callOf({});
    expect([cost, header]).toEqual([{ credits: 1, rule: '', units: 0 }, '1']);
  });

  it('is the catalogue’s default rule', async () => {
    const { cost, header } = await callOf({ costs: () => costs });
    expect([cost, header]).toEqual([{ credits: 2, rule: 'call', units: 0 }, '2']);
  });

  it('follows a rule that request and answer choose', async () => {
    const { cost, header } = await callOf(
      {
        costs,
        endpoint: () => '/leads',
        cost: (request, { method, endpoint, status }) =>
          `${method} ${endpoint} ${status} ${request.url}` === 'GET /leads 201 /'
            ? { rule: 'insert', units: 21 }
            : undefined,
      },
      (_, response) => void response.writeHead(201).end(),
    );
    expect([cost, header]).toEqual([{ credits: 3, rule: 'insert', units: 21 }, '3']);
  });

  it.each<[string, Cost, object, string]>([
    ['credits', { credits: 7 }, { credits: 7, rule: '', units: 0 }, '7'],
    ['a rule', { rule: 'insert', units: 11 }, { credits: 2, rule: 'insert', units: 11 }, '2'],
  ])('is what the handler says: %s', async (_, said, cost, header) => {
    const answer = await callOf({ costs, cost: () => ({ credits: 99 }) }, (request, response) => {
      meter.setCost(request, said);
      response.end();
    });
    expect([answer.cost, answer.header]).toEqual([cost, header]);
  });

  it.each<[string, Cost]>([
    ['credits', { credits: 5 }],
    ['an unknown rule', { rule: 'nonesuch' }],
    ['that it follows', 'later'],
  ])('is 0 for a rejected call, whatever is said: %s', async (_, said) => {
    const { cost, header } = await callOf({ costs, cost: () => said }, (_request, response) => {
      response.statusCode = 429;
      response.end();
    });
    expect([cost, header]).toEqual([{ credits: 0, rule: '', units: 0 }, '0']);
    expect(meter.counters().cost_failed).toBe(0);
  });

  it.each<[string, Partial<MeterOptions<IncomingMessage>>, number]>([
    ['an unknown rule', { costs, cost: () => ({ rule: 'nonesuch' }) }, 2],
    ['a rule without a catalogue', { cost: () => ({ rule: 'insert' }) }, 1],
    ['a cost function that throws', { costs, cost: () => JSON.parse('{') }, 2],
    ['a catalogue function that throws', { costs: () => JSON.parse('{') }, 1],
    ['units that cannot be', { costs, cost: () => ({ rule: 'insert', units: -1 }) }, 2],
    ['credits that cannot be', { costs, cost: () => ({ credits: 1_000_001 }) }, 2],
    ['credits that are not a number', { cost: () => ({ credits: JSON.parse('"a\\nb"') }) }, 1],
    ['credits with units that cannot be', { cost: () => ({ credits: 5, units: 0.5 }) }, 1],
  ])('is the default for %s, and that is counted and logged', async (_, options, credits) => {
    const { cost, status } = await callOf(options);
    expect([status, cost]).toEqual([200, expect.objectContaining({ credits })]);
    expect(meter.counters()).toMatchObject({ published: 1, cost_failed: 1 });
    expect(sample.lines.map(({ code }) => code)).toEqual(['COST_FAILED']);
  });
});

describe('the header', () => {
  it.each<[string, (response: ServerResponse) => void]>([
    ['an object', (response) => response.writeHead(200, { 'x-other': 'kept' })],
    ['an object and a reason', (response) => response.writeHead(200, 'Fine', { 'x-other': 'kept' })],
    ['a list', (response) => response.writeHead(200, ['x-other', 'kept'])],
    ['setHeader', (response) => response.setHeader('x-other', 'kept')],
  ])('is sent beside headers that the handler gives as %s', async (_, write) => {
    meter = httpMeterBy(sample, sampleClock());
    server = await serve((request, response) => {
      meter.middleware(request, response);
      write(response);
      response.end();
    });
    const { headers } = await fetch(server.url);
    expect([headers.get('x-credits'), headers.get('x-other')]).toEqual(['1', 'kept']);
  });

  it('has the name that the platform chose', async () => {
    expect((await callOf({ costHeader: 'Api-Cost' })).header).toBe('1');
  });

  it('is left out where it is not wanted, and for a call that is not counted', async () => {
    meter = httpMeterBy({ ...sample, costHeader: false }, sampleClock());
    const silent = meter;
    const uncounted = httpMeterBy({ ...sample, caller: () => undefined }, sampleClock());
    server = await serve((request, response) => {
      (request.url === '/silent' ? silent : uncounted).middleware(request, response);
      response.end();
    });
    for (const path of ['/silent', '/uncounted']) {
      expect((await fetch(server.url + path)).headers.get('x-credits')).toBeNull();
    }
  });

  it('is left out where the cost is known only at the end, which the event then has', async () => {
    const { cost, header } = await callOf({ costs, cost: () => 'later' }, (request, response) => {
      response.write('rows');
      meter.setCost(request, { credits: 12 });
      response.end();
    });
    expect([cost, header]).toEqual([{ credits: 12, rule: '', units: 0 }, null]);
    expect(meter.counters()).toMatchObject({ header_differed: 0, cost_failed: 0 });
  });

  it('that a later setCost() makes wrong is counted; the event has the later cost', async () => {
    const { cost, header } = await callOf({}, (request, response) => {
      response.write('rows');
      meter.setCost(request, { credits: 12 });
      response.end();
    });
    expect([cost, header]).toEqual([{ credits: 12, rule: '', units: 0 }, '1']);
    expect(meter.counters().header_differed).toBe(1);
  });
});

describe('a cost that comes too late or never', () => {
  it('is counted, and the default recorded where it was to follow', async () => {
    let last: IncomingMessage | undefined;
    const { cost } = await callOf({ costs, cost: () => 'later' }, (request, response) => {
      last = request;
      response.end();
    });
    expect(cost).toEqual({ credits: 2, rule: 'call', units: 0 });
    if (last) meter.setCost(last, { credits: 4 });
    expect(meter.counters()).toMatchObject({ cost_failed: 1, cost_too_late: 1 });
  });
});

describe('options that cannot be', () => {
  it.each([{ costHeader: 'not a token' }, { costHeader: '' }, { maxWaiting: -1 }, { maxWaiting: 1.5 }])(
    'are rejected by name: %j',
    async (wrong) => {
      server = await serve(() => undefined);
      expect(() => httpMeterBy({ ...sample, ...wrong }, sampleClock())).toThrow(Object.keys(wrong)[0]);
    },
  );
});
