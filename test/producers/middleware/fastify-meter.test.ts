import { fastify, type FastifyInstance, type FastifyRequest, type FastifyServerOptions } from 'fastify';
import { once } from 'node:events';
import { connect, constants } from 'node:http2';
import { Readable } from 'node:stream';
import type { MeterOptions } from '../../../producers/middleware/contract.ts';
import { fastifyMeterBy } from '../../../producers/middleware/fastify-meter.ts';
import type { FastifyMeter } from '../../../producers/middleware/fastify.ts';
import { until } from '../../until.ts';
import { gate } from '../scripted-transport.ts';
import { get, openConnection, portOf } from './connection.ts';
import { ANN, sampleClock, sampleOptions, type SampleOptions } from './sample-meter.ts';

let sample: SampleOptions;
let meter: FastifyMeter<FastifyRequest>;
let app: FastifyInstance;
beforeEach(() => (sample = sampleOptions()));

/** @param routes are registered after the meter. @returns the server's address */
async function listen(
  routes: (server: FastifyInstance) => void,
  changes: Partial<MeterOptions<FastifyRequest>> = {},
  serverOptions: FastifyServerOptions = {},
): Promise<string> {
  meter = fastifyMeterBy({ ...sample, ...changes }, sampleClock());
  app = fastify(serverOptions);
  await app.register(meter.plugin);
  routes(app);
  return app.listen({ port: 0, host: '127.0.0.1' });
}

const ended = (calls: number): Promise<void> =>
  until(`${calls} calls ended`, () => meter.counters().metered === calls && meter.counters().open === 0);

describe('a Fastify server', () => {
  afterEach(() => app.close());

  it('publishes each call with the template of its route, also of a router with a prefix', async () => {
    const url = await listen((server) => {
      server.register(
        (leads, _, done) => {
          leads.get('/leads/:id', () => ({ name: 'Ann' }));
          done();
        },
        { prefix: '/v2' },
      );
    });
    const answer = await fetch(`${url}/v2/leads/4711?fields=name`);
    expect(await answer.json()).toEqual({ name: 'Ann' });
    expect(answer.headers.get('x-credits')).toBe('1');
    await ended(1);
    expect(sample.publisher.events).toMatchObject([
      { ...ANN, method: 'GET', endpoint: '/v2/leads/:id', status: 200 },
    ]);
  });

  it('publishes a path without a route as unmatched, and HEAD as a method of its route', async () => {
    const url = await listen((server) => server.get('/leads', () => 'all'));
    expect((await fetch(`${url}/nothing/4711`)).status).toBe(404);
    await fetch(`${url}/leads`, { method: 'HEAD' });
    await ended(2);
    expect(sample.publisher.events).toMatchObject([
      { endpoint: 'unmatched', status: 404 },
      { method: 'HEAD', endpoint: '/leads', status: 200 },
    ]);
  });

  it('publishes calls whose handler threw, whose body was invalid, and that a hook rejected', async () => {
    const url = await listen((server) => {
      server.addHook('onRequest', async (request, reply) => {
        if (request.headers.authorization === undefined) await reply.code(401).send();
      });
      server.post('/leads', () => {
        throw new Error('the database is away');
      });
    });
    const post = (headers: Record<string, string>, body: string): Promise<Response> =>
      fetch(`${url}/leads`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body,
      });
    const statuses = [
      await post({}, '{}'),
      await post({ authorization: 'x' }, '{}'),
      await post({ authorization: 'x' }, '{'),
    ];
    expect(statuses.map(({ status }) => status)).toEqual([401, 500, 400]);
    await ended(3);
    expect(sample.publisher.events.map(({ status }) => status)).toEqual([401, 500, 400]);
  });

  it('publishes a stream when it has ended, whole or not', async () => {
    const last = gate();
    const url = await listen((server) => {
      server.get('/whole', (_, reply) => reply.send(Readable.from(rows(last.passed))));
      server.get('/broken', (_, reply) => reply.send(Readable.from(broken())));
    });
    const answer = await fetch(`${url}/whole`);
    expect(meter.counters()).toMatchObject({ open: 1, metered: 0 });
    last.open();
    expect(await answer.text()).toBe('row 1\nrow 2\n');
    await expect(fetch(`${url}/broken`).then((broke) => broke.text())).rejects.toThrow('terminated');
    await ended(2);
    expect(sample.publisher.events).toMatchObject([
      { endpoint: '/whole', status: 200 },
      { endpoint: '/broken', status: 200 },
    ]);
  });

  it('publishes once what the client did not wait for, before the answer and during it', async () => {
    const never = gate();
    await listen((server) => {
      server.get('/before', () => never.passed);
      server.get('/during', (_, reply) => reply.send(Readable.from(rows(never.passed))));
    });
    for (const path of ['/before', '/during']) {
      const client = await openConnection(portOf(app.server));
      client.socket.write(get(path));
      await until('it is open', () => meter.counters().open === 1);
      if (path === '/during') await until('it has begun', () => client.received().includes('row 1'));
      client.socket.destroy();
      await until('it ended', () => meter.counters().open === 0);
    }
    never.open();
    await ended(2);
    expect(sample.publisher.events).toMatchObject([
      { endpoint: '/before', status: 499 },
      { endpoint: '/during', status: 200 },
    ]);
  });

  it('publishes what a handler answers by itself', async () => {
    const url = await listen((server) =>
      server.get('/raw', (_, reply) => {
        reply.hijack();
        reply.raw.writeHead(202, { 'x-other': 'kept' }).end();
      }),
    );
    const { headers } = await fetch(`${url}/raw`);
    expect([headers.get('x-credits'), headers.get('x-other')]).toEqual(['1', 'kept']);
    await ended(1);
    expect(sample.publisher.events).toMatchObject([{ endpoint: '/raw', status: 202 }]);
  });

  it('publishes injected requests, as tests of an application make them', async () => {
    await listen((server) => server.get('/leads', () => 'all'));
    const { headers } = await app.inject('/leads');
    expect(headers['x-credits']).toBe('1');
    await ended(1);
  });

  it('takes the cost that a handler or a route says', async () => {
    const url = await listen(
      (server) => {
        server.get('/route', { config: { credits: 50 } }, () => 'merged');
        server.get('/handler', (request) => {
          meter.setCost(request, { credits: 20 });
          return 'sent';
        });
      },
      {
        cost: ({ routeOptions: { config } }) =>
          'credits' in config && typeof config.credits === 'number' ? { credits: config.credits } : undefined,
      },
    );
    expect((await fetch(`${url}/route`)).headers.get('x-credits')).toBe('50');
    expect((await fetch(`${url}/handler`)).headers.get('x-credits')).toBe('20');
    await ended(2);
    expect(sample.publisher.events.map(({ credits }) => credits)).toEqual([50, 20]);
  });

  it('takes the address that the server’s proxy reports', async () => {
    const url = await listen(
      (server) => server.get('/', () => 'ok'),
      { sourceAddress: true },
      { trustProxy: true },
    );
    await fetch(url, { headers: { 'x-forwarded-for': '192.0.2.7' } });
    await ended(1);
    expect(sample.publisher.events).toMatchObject([{ source_address: '192.0.2.7' }]);
  });

  it('closes after the last answer was published', async () => {
    const [finish, acknowledge] = [gate(), gate()];
    sample.publisher.acknowledged = acknowledge.passed;
    const url = await listen((server) => server.get('/', () => finish.passed.then(() => 'last')));
    const answer = fetch(url);
    await until('it is open', () => meter.counters().open === 1);
    const closing = app.close();
    finish.open();
    expect(await (await answer).text()).toBe('last');
    await until('it is published', () => meter.counters().pending === 1);
    acknowledge.open();
    await closing;
    expect(meter.counters()).toMatchObject({ open: 0, pending: 0, published: 1 });
  });
});

describe('a Fastify server with HTTP/2', () => {
  it('publishes a stream that was answered, and one that the client reset', async () => {
    const http2Meter = fastifyMeterBy(sample, sampleClock());
    const server = fastify({ http2: true });
    await server.register(http2Meter.plugin);
    server.get('/leads/:id', () => 'one');
    server.get('/slow', () => new Promise(() => undefined));
    const session = connect(await server.listen({ port: 0, host: '127.0.0.1' }));
    try {
      const answered = session.request({ ':path': '/leads/4711' });
      answered.resume().end();
      const [headers] = await once(answered, 'response');
      expect([headers[':status'], headers['x-credits']]).toEqual([200, '1']);
      await until('it ended', () => http2Meter.counters().published === 1);
      const reset = session.request({ ':path': '/slow' });
      reset.on('error', () => undefined).end();
      await until('it is open', () => http2Meter.counters().open === 1);
      reset.close(constants.NGHTTP2_CANCEL);
      await until('it ended too', () => http2Meter.counters().published === 2);
    } finally {
      session.destroy();
      await server.close();
    }
    expect(sample.publisher.events).toMatchObject([
      { endpoint: '/leads/:id', status: 200 },
      { endpoint: '/slow', status: 499 },
    ]);
  });
});

async function* rows(last: Promise<void>): AsyncGenerator<string> {
  yield 'row 1\n';
  await last;
  yield 'row 2\n';
}

async function* broken(): AsyncGenerator<string> {
  yield 'row 1\n';
  await new Promise((resolve) => setImmediate(resolve));
  throw new Error('the database is away');
}
