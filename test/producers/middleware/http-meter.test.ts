import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpMeter, MeterOptions } from '../../../producers/middleware/contract.ts';
import { httpMeterBy } from '../../../producers/middleware/http-meter.ts';
import { until } from '../../until.ts';
import { gate } from '../scripted-transport.ts';
import { get, openConnection, serve, type TestServer } from './connection.ts';
import { sampleClock, sampleOptions, type SampleOptions } from './sample-meter.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

let sample: SampleOptions;
let meter: HttpMeter<IncomingMessage>;
let server: TestServer | undefined;
beforeEach(() => (sample = sampleOptions()));
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

async function serveMetered(
  handler: Handler,
  changes: Partial<MeterOptions<IncomingMessage>> = {},
): Promise<TestServer> {
  meter = httpMeterBy({ ...sample, ...changes }, sampleClock());
  server = await serve((request, response) => {
    meter.middleware(request, response);
    handler(request, response);
  });
  return server;
}

const ended = (calls: number): Promise<void> =>
  until(`${calls} calls ended`, () => meter.counters().metered === calls && meter.counters().open === 0);
const statuses = (): number[] => sample.publisher.events.map(({ status }) => status);

describe('a call of node:http', () => {
  it('is published once its answer has been sent, with all that is known of it', async () => {
    const before = Date.now();
    const { url } = await serveMetered((_, response) => void response.writeHead(201).end('created'), {
      endpoint: () => '/leads/{id}',
    });
    await fetch(`${url}/leads/4711?secret=1`, { method: 'POST' });
    await ended(1);
    const [event] = sample.publisher.events;
    expect(event).toEqual({
      event_id: expect.any(String),
      occurred_at: expect.any(Number),
      org_id: 'acme',
      user_id: 'ann',
      app_id: '-',
      product: 'crm',
      module: '',
      rejection_cause: '',
      source_address: '',
      method: 'POST',
      endpoint: '/leads/{id}',
      status: 201,
      credits: 1,
      rule: '',
      units: 0,
      duration_ms: expect.any(Number),
    });
    expect(event?.occurred_at).toBeGreaterThanOrEqual(before);
  });

  it('is not published before its answer has ended, and has the duration until then', async () => {
    let monotonicMs = 1_000;
    meter = httpMeterBy(sample, { ...sampleClock(), monotonicMs: () => monotonicMs });
    const finish = gate();
    server = await serve((request, response) => {
      meter.middleware(request, response);
      response.write('first');
      void finish.passed.then(() => response.end('last'));
    });
    const answer = await fetch(server.url);
    expect(meter.counters()).toMatchObject({ open: 1, metered: 0 });
    monotonicMs += 1_234.4;
    finish.open();
    expect(await answer.text()).toBe('firstlast');
    await ended(1);
    expect(sample.publisher.events).toMatchObject([{ status: 200, duration_ms: 1_234 }]);
  });

  it('has a fixed word as endpoint where no template is known, never the path', async () => {
    const { url } = await serveMetered((_, response) => void response.end());
    await fetch(`${url}/leads/4711`);
    await ended(1);
    expect(sample.publisher.events).toMatchObject([{ endpoint: 'unmatched' }]);
  });

  it('has a method HEAD as any other', async () => {
    const { url } = await serveMetered((_, response) => void response.end('not sent'));
    await fetch(url, { method: 'HEAD' });
    await ended(1);
    expect(sample.publisher.events).toMatchObject([{ method: 'HEAD', status: 200 }]);
  });

  it('has the caller’s address only where that is wanted', async () => {
    const { url } = await serveMetered((_, response) => void response.end(), { sourceAddress: true });
    await fetch(url);
    await ended(1);
    expect(sample.publisher.events).toMatchObject([{ source_address: '127.0.0.1' }]);
  });

  it('counts once, also when it is begun twice', async () => {
    const { url } = await serveMetered((request, response) => {
      meter.middleware(request, response);
      response.end();
    });
    await fetch(url);
    await ended(1);
    expect(sample.publisher.events).toHaveLength(1);
  });
});

describe('a client that goes away', () => {
  it('before the answer began leaves a call of status 499', async () => {
    const { port } = await serveMetered(() => undefined, { sourceAddress: true });
    const { socket } = await openConnection(port);
    socket.write(get('/'));
    await until('the call is open', () => meter.counters().open === 1);
    socket.destroy();
    await ended(1);
    // The address was kept: a closed connection has none.
    expect(sample.publisher.events).toMatchObject([{ status: 499, source_address: '127.0.0.1' }]);
  });

  it('counts once, although the handler answers later', async () => {
    const answerLater = gate();
    const { port } = await serveMetered((_, response) => {
      void answerLater.passed.then(() => response.end('too late'));
    });
    const { socket } = await openConnection(port);
    socket.write(get('/'));
    await until('the call is open', () => meter.counters().open === 1);
    socket.destroy();
    await ended(1);
    answerLater.open();
    await new Promise((resolve) => setImmediate(resolve));
    expect(statuses()).toEqual([499]);
  });

  it('before the call was begun leaves a call too', async () => {
    const later = gate();
    meter = httpMeterBy(sample, sampleClock());
    let [arrived, gone] = [false, false];
    server = await serve((request, response) => {
      arrived = true;
      response.on('close', () => (gone = true));
      void later.passed.then(() => meter.middleware(request, response));
    });
    const { socket } = await openConnection(server.port);
    socket.write(get('/'));
    await until('the request arrived', () => arrived);
    socket.destroy();
    await until('the client went away', () => gone);
    later.open();
    await ended(1);
    expect(statuses()).toEqual([499]);
  });

  it('during the answer leaves a call of the status that was sent', async () => {
    const { port } = await serveMetered((_, response) => void response.writeHead(206).write('begun'));
    const client = await openConnection(port);
    client.socket.write(get('/'));
    await until('the answer has begun', () => client.received().includes('begun'));
    client.socket.destroy();
    await ended(1);
    expect(statuses()).toEqual([206]);
  });

  it('while it sends a body leaves one call', async () => {
    const { port } = await serveMetered((request) => void request.resume());
    const { socket } = await openConnection(port);
    socket.write('POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 100\r\n\r\npart');
    await until('the call is open', () => meter.counters().open === 1);
    socket.destroy();
    await ended(1);
    expect(statuses()).toEqual([499]);
  });
});

describe('a connection that is kept alive', () => {
  it('has a call for each request that is pipelined on it', async () => {
    const { port } = await serveMetered((_, response) => void response.end('ok'));
    const client = await openConnection(port);
    client.socket.write(get('/').repeat(30));
    await ended(30);
    await until('30 answers arrived', () => client.received().match(/HTTP\/1.1 200/g)?.length === 30);
    client.socket.destroy();
    await new Promise((resolve) => setImmediate(resolve));
    expect(sample.publisher.events).toHaveLength(30);
  });

  it('has a call also for answers that are queued behind another when the client goes away', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning);
    process.on('warning', onWarning);
    const { port } = await serveMetered((request, response) => {
      if (request.url !== '/slow') response.end('queued');
    });
    const { socket } = await openConnection(port);
    socket.write(get('/slow') + get('/').repeat(20));
    await until('all calls are open', () => meter.counters().open === 21);
    socket.destroy();
    await ended(21);
    process.off('warning', onWarning);
    expect(statuses().filter((status) => status === 200)).toHaveLength(20);
    expect(statuses().filter((status) => status === 499)).toHaveLength(1);
    expect(warnings).toEqual([]);
  });
});

describe('what is not a call', () => {
  it('is a connection that is upgraded to another protocol', async () => {
    const { port, server: http } = await serveMetered((_, response) => void response.end());
    http.on('upgrade', (_, socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n');
      socket.end();
    });
    const client = await openConnection(port);
    client.socket.write('GET / HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n');
    await until('it was upgraded', () => client.received().includes('101'));
    expect(meter.counters()).toMatchObject({ open: 0, metered: 0 });
  });

  it('is one whose framework passes upgrades through its routes', async () => {
    const { url } = await serveMetered((_, response) => void response.end());
    await fetch(url);
    await ended(1);
    const upgraded = { method: 'GET', upgrade: true, socket: { once: () => undefined } };
    const response = { statusCode: 0, headersSent: false, socket: {} };
    meter.begin(Object.assign(upgraded), Object.assign(upgraded), Object.assign(response));
    expect(meter.counters()).toMatchObject({ open: 0, metered: 1, not_metered: { upgrade: 1 } });
  });

  it('is an answer of something else than node:http: that is counted, logged, and answered', async () => {
    meter = httpMeterBy({ ...sample, costHeader: false }, sampleClock());
    let answered = false;
    meter.middleware(Object.assign({}), Object.assign({}), () => (answered = true));
    expect(answered).toBe(true);
    expect(meter.counters()).toMatchObject({ open: 0, not_metered: { begin_failed: 1 } });
    expect(sample.lines.map(({ code }) => code)).toEqual(['BEGIN_FAILED']);
  });
});

describe('closing', () => {
  it('waits for answers that have not ended and for events that are not acknowledged', async () => {
    const [finish, acknowledge] = [gate(), gate()];
    sample.publisher.acknowledged = acknowledge.passed;
    const { url } = await serveMetered((_, response) => void finish.passed.then(() => response.end()));
    const answer = fetch(url);
    await until('the call is open', () => meter.counters().open === 1);
    const closing = meter.close();
    finish.open();
    await answer;
    await until('the event is published', () => sample.publisher.events.length === 1);
    expect(meter.counters().pending).toBe(1);
    acknowledge.open();
    await closing;
    expect(meter.counters()).toMatchObject({ open: 0, pending: 0, published: 1 });
    expect(sample.lines).toEqual([]);
  });

  it('ends at the deadline, and logs what is left', async () => {
    const { port } = await serveMetered(() => undefined);
    const { socket } = await openConnection(port);
    socket.write(get('/'));
    await until('the call is open', () => meter.counters().open === 1);
    await meter.close(1);
    expect(sample.lines.map(({ code }) => code)).toEqual(['CLOSED_EARLY']);
    socket.destroy();
    await ended(1);
  });
});
