import { fastify, type FastifyRequest } from 'fastify';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { GateClient } from '../../../producers/gate/gate-client.ts';
import { fastifyMeterBy } from '../../../producers/middleware/fastify-meter.ts';
import { httpMeterBy } from '../../../producers/middleware/http-meter.ts';
import { until } from '../../until.ts';
import { ScriptedGate } from '../gate/scripted-gate.ts';
import { portOf } from './connection.ts';
import { ANN, sampleClock, sampleOptions, type SampleOptions } from './sample-meter.ts';

let gate: ScriptedGate;
let client: GateClient;
let sample: SampleOptions;
beforeEach(() => {
  gate = new ScriptedGate(100);
  client = gate.client();
  sample = sampleOptions();
});
afterEach(() => client.close());

const optionsOf = () => ({
  ...sample,
  gate: { gate: client, call: () => ({ ...ANN, product: 'crm', credits: 60 }) },
});

const rejectedEvent = {
  ...ANN,
  status: 429,
  credits: 0,
  endpoint: '/leads',
  rejection_cause: 'limit: credits',
};

describe('a metered server with a gate', () => {
  it('answers 429 with the reason, and publishes the call with it and no credits (Fastify)', async () => {
    const meter = fastifyMeterBy<FastifyRequest>(optionsOf(), sampleClock());
    const app = fastify();
    await app.register(meter.plugin);
    let handled = 0;
    app.get('/leads', (request) => {
      meter.setCost(request, { credits: 60 });
      handled += 1;
      return 'all';
    });
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    const first = await fetch(`${url}/leads`);
    expect(first.status).toBe(200);
    expect(first.headers.get('x-credits')).toBe('60');
    expect(first.headers.get('ratelimit-policy')).toBe('"credits";q=100;qu="credits";w=86400');
    const second = await fetch(`${url}/leads`);
    expect(second.status).toBe(429);
    expect(second.headers.get('content-type')).toContain('application/problem+json');
    expect(second.headers.get('retry-after')).toBe('60');
    expect(second.headers.get('x-credits')).toBe('0');
    expect(await second.json()).toMatchObject({ 'violated-policies': ['credits'], credits: 60 });
    expect(handled).toBe(1);
    await until('both calls are published', () => meter.counters().published === 2);
    expect(sample.publisher.events).toMatchObject([{ status: 200, credits: 60 }, rejectedEvent]);
    await app.close();
  });

  it('does the same on node:http and Express, behind what finds the caller', async () => {
    const meter = httpMeterBy<IncomingMessage>({ ...optionsOf(), endpoint: () => '/leads' }, sampleClock());
    const server = createServer((request, response) => {
      meter.middleware(request, response, () =>
        meter.gate(request, response, () => {
          meter.setCost(request, { credits: 60 });
          response.end('all');
        }),
      );
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${portOf(server)}`;
    expect((await fetch(`${url}/leads`)).status).toBe(200);
    const second = await fetch(`${url}/leads`);
    expect(second.status).toBe(429);
    expect(await second.json()).toMatchObject({ limit: { scope: 'org', credits: 100 } });
    await until('both calls are published', () => meter.counters().published === 2);
    expect(sample.publisher.events).toMatchObject([{ status: 200 }, rejectedEvent]);
    server.close();
  });

  it('settles a call when its event is acknowledged, and not before', async () => {
    const acknowledged = Promise.withResolvers<void>();
    sample.publisher.acknowledged = acknowledged.promise;
    const meter = fastifyMeterBy<FastifyRequest>(optionsOf(), sampleClock());
    const app = fastify();
    await app.register(meter.plugin);
    app.get('/leads', () => 'all');
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    await fetch(`${url}/leads`);
    expect(await settled()).toBe(0);
    acknowledged.resolve();
    await until('the event is acknowledged', () => meter.counters().published === 1);
    // The call cost 1 credit, of the 60 that were reserved.
    await until('the call is reported as settled', async () => (await settled()) === 1);
    await app.close();
  });

  it('goes on without the gate where the platform’s function fails, and counts it', async () => {
    const options = {
      ...sample,
      gate: {
        gate: client,
        call: () => {
          throw new Error('no session');
        },
      },
    };
    const meter = fastifyMeterBy<FastifyRequest>(options, sampleClock());
    const app = fastify();
    await app.register(meter.plugin);
    app.get('/leads', () => 'all');
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    expect((await fetch(`${url}/leads`)).status).toBe(200);
    expect(meter.counters().gate_failed).toBe(1);
    expect(sample.lines).toMatchObject([{ code: 'GATE_FAILED' }]);
    await app.close();
  });

  it('rejects a publisher that resolves before Kafka has the event', () => {
    const publisher = Object.assign(sampleOptions().publisher, { resolvesWhenSpooled: true });
    expect(() => fastifyMeterBy<FastifyRequest>({ ...optionsOf(), publisher }, sampleClock())).toThrow(
      "set spool.resolveWhen to 'acknowledged'",
    );
  });
});

/** Asks for more than there is, so that the client asks the gate, and returns what it has reported. */
async function settled(): Promise<number> {
  gate.now += 5_000;
  await client.admit({ ...ANN, product: 'crm', credits: 100 });
  return Math.max(...gate.requests.flatMap(({ leases }) => leases.map((lease) => lease.settled)));
}
