import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import express, { Router, type ErrorRequestHandler, type Request } from 'express';
import { Hono, type Context } from 'hono';
import { routePath } from 'hono/route';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { CallMeter } from '../../../producers/middleware/call-meter.ts';
import type { MeterControls } from '../../../producers/middleware/contract.ts';
import { httpMeterBy } from '../../../producers/middleware/http-meter.ts';
import { until } from '../../until.ts';
import { listenOn, serve, type TestServer } from './connection.ts';
import { sampleClock, sampleOptions, type SampleOptions } from './sample-meter.ts';

/** What the tests use of Koa and its router, which have no types for this. */
interface KoaContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly _matchedRoute?: string;
  body: unknown;
}
type KoaMiddleware = (context: KoaContext, next: () => Promise<void>) => Promise<void> | void;
const require = createRequire(import.meta.url);
const Koa: new () => {
  silent: boolean;
  use(middleware: KoaMiddleware): void;
  callback(): RequestListener;
} = require('koa');
const {
  Router: KoaRouter,
}: {
  readonly Router: new () => { get(path: string, handler: KoaMiddleware): void; routes(): KoaMiddleware };
} = require('@koa/router');

let sample: SampleOptions;
let server: TestServer;
beforeEach(() => (sample = sampleOptions()));
afterEach(() => server.stop());

/** Requests the paths, one after the other. @returns endpoint and status of each call */
async function callsOf<Of extends object>(
  meter: MeterControls<Of>,
  paths: readonly string[],
): Promise<string[]> {
  for (const path of paths) {
    const answer = await fetch(server.url + path);
    expect(answer.headers.get('x-credits')).toBe('1');
    await answer.text();
  }
  await until('all calls ended', () => meter.counters().published === paths.length);
  return sample.publisher.events.map(({ endpoint, status }) => `${endpoint} ${status}`);
}

const fail = (): never => {
  throw new Error('the database is away');
};
const onError: ErrorRequestHandler = (_, __, response, ___) => void response.status(503).end();

describe('Express', () => {
  it('has the templates of its routes, of mounted routers too, also where a handler threw', async () => {
    const meter = httpMeterBy(
      { ...sample, caller: (request: Request) => ({ org_id: 'acme', user_id: request.method }) },
      sampleClock(),
    );
    const leads = Router();
    leads.get('/', (_, response) => void response.send('all'));
    leads.get('/:id', (_, response) => void response.send('one'));
    leads.get('/:id/broken', fail);
    const app = express();
    app.use(meter.middleware);
    // Begun twice, a call counts once, and keeps its template.
    app.use(meter.middleware);
    app.use('/v2/leads', leads);
    app.get('/plain/:id', (_, response) => void response.send('plain'));
    app.get(['/a', '/b'], (_, response) => void response.send('several'));
    app.use(onError);
    server = await listenOn(createServer(app));
    expect(
      await callsOf(meter, [
        '/plain/4711',
        '/v2/leads',
        '/v2/leads/4711',
        '/v2/leads/4711/broken',
        '/b',
        '/none/4711',
      ]),
    ).toEqual([
      '/plain/:id 200',
      '/v2/leads 200',
      '/v2/leads/:id 200',
      '/v2/leads/:id/broken 503',
      '/a, /b 200',
      'unmatched 404',
    ]);
  });

  it('has no id of a mount path, whether or not the router sees its parameters', async () => {
    const meter = httpMeterBy(sample, sampleClock());
    const routers = [Router(), Router({ mergeParams: true }), Router()];
    for (const router of routers) router.get('/leads/:id', (_, response) => void response.send('one'));
    const app = express();
    app.use(meter.middleware);
    app.use('/orgs/:org', routers[0] ?? fail);
    const outer = Router();
    outer.use('/teams/:team', routers[1] ?? fail);
    app.use('/groups/:group', outer);
    app.use('/v:version', routers[2] ?? fail);
    server = await listenOn(createServer(app));
    expect(
      await callsOf(meter, ['/orgs/acme%20inc/leads/4711', '/groups/7/teams/8/leads/4711', '/v2/leads/4711']),
    ).toEqual([
      '/orgs/:org/leads/:id 200',
      '/groups/:group/teams/:team/leads/:id 200',
      // Part of a segment: the version cannot be found in it, so nothing is recorded.
      'unmatched 200',
    ]);
  });

  it('lets a handler say the cost, and sees base path and route as without the meter', async () => {
    const meter = httpMeterBy(sample, sampleClock());
    const app = express();
    app.use(meter.middleware);
    const leads = Router();
    leads.get('/:id', (request, response) => {
      meter.setCost(request, { credits: 5 });
      response.json([request.baseUrl, request.route.path, Object.keys(request).includes('baseUrl')]);
    });
    app.use('/leads', leads);
    server = await listenOn(createServer(app));
    const answer = await fetch(`${server.url}/leads/4711`);
    expect([answer.headers.get('x-credits'), await answer.json()]).toEqual(['5', ['/leads', '/:id', true]]);
  });
});

describe('Koa', () => {
  it('is metered by its context, also where a handler threw', async () => {
    const meter = new CallMeter<KoaContext>(
      { ...sample, endpoint: ({ _matchedRoute }) => _matchedRoute },
      sampleClock(),
    );
    const app = new Koa();
    app.silent = true;
    app.use((context, next) => {
      meter.begin(context, context.req, context.res);
      return next();
    });
    const router = new KoaRouter();
    router.get('/leads/:id', (context) => void (context.body = 'one'));
    router.get('/broken/:id', () => {
      throw new Error('the database is away');
    });
    app.use(router.routes());
    server = await serve(app.callback());
    expect(await callsOf(meter, ['/leads/4711', '/broken/4711', '/none/4711'])).toEqual([
      '/leads/:id 200',
      '/broken/:id 500',
      'unmatched 404',
    ]);
  });
});

describe('Hono on node:http', () => {
  it('is metered by its context, also where a handler threw', async () => {
    type Bindings = { Bindings: HttpBindings };
    const meter = new CallMeter<Context<Bindings>>(
      {
        ...sample,
        endpoint: (context) => routePath(context, -1),
      },
      sampleClock(),
    );
    const app = new Hono<Bindings>();
    app.use('*', (context, next) => {
      meter.begin(context, context.env.incoming, context.env.outgoing);
      return next();
    });
    app.get('/leads/:id', (context) => context.text('one'));
    app.get('/broken/:id', () => {
      throw new Error('the database is away');
    });
    app.onError((_, context) => context.text('failed', 500));
    const http = createAdaptorServer({ fetch: app.fetch });
    server = await listenOn(Object.assign(http));
    expect(await callsOf(meter, ['/leads/4711', '/broken/4711', '/none/4711'])).toEqual([
      '/leads/:id 200',
      '/broken/:id 500',
      '/* 404',
    ]);
  });
});
