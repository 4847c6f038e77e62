import { setTimeout as sleep } from 'node:timers/promises';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Gate } from '../../producers/gate/contract.ts';
import type { Publisher } from '../../producers/publisher-contract.ts';
import { DAY_MS, SECOND_MS } from '../../schemas/time-units.ts';
import { killConsumers } from '../consumers/consumer-process.ts';
import { openPipeline, type PipelineUnderTest } from '../integration/pipeline.ts';
import { until } from '../until.ts';
import {
  admittedUntilRejected,
  call,
  callOf,
  COST,
  eventOf,
  landedCredits,
  spendAll,
  spendRest,
  TOTAL,
} from './spending.ts';
import {
  gateToken,
  leasesOf,
  openClient,
  openPublisher,
  post,
  startGate,
  untilDivided,
  type RunningGate,
} from './gates.ts';

let pipeline: PipelineUnderTest;
let publisher: Publisher;
let gates: RunningGate[];
const clients: Gate[] = [];

async function client(...args: Parameters<typeof openClient>): Promise<Gate> {
  const opened = await openClient(...args);
  clients.push(opened);
  return opened;
}

const landed = (org: string): Promise<number> => landedCredits(pipeline.client, org);

beforeAll(async () => {
  pipeline = await openPipeline('gate');
  await pipeline.start('consumer');
  publisher = openPublisher(pipeline);
  gates = [await startGate(pipeline), await startGate(pipeline)];
  await untilDivided(gates);
});

afterAll(async () => {
  await Promise.all(clients.map((each) => each.close()));
  await publisher.close();
  await killConsumers();
  await pipeline.stop();
});

const leasesOfFirst = (org: string) => leasesOf(org, gates[0]?.url ?? '');

describe('the gate', () => {
  it('divides the organisations, and says which gate has another one', async () => {
    const [one = '', other = ''] = gates.map(({ url }) => url);
    const answers = await Promise.all(
      Array.from({ length: 24 }, async (_, index) => {
        const { status, body } = await leasesOf(`org-${index}`, one);
        return { status, body, elsewhere: await leasesOf(`org-${index}`, other) };
      }),
    );
    const ours = answers.filter(({ status }) => status === 200);
    const theirs = answers.filter(({ status }) => status === 409);
    expect(ours.length + theirs.length).toBe(24);
    expect(ours.length).toBeGreaterThan(0);
    expect(theirs.length).toBeGreaterThan(0);
    for (const { body, elsewhere } of theirs) {
      expect(body).toMatchObject({ type: 'other-gate', gate_url: other });
      expect(elsewhere.status).toBe(200);
    }
  });

  it('admits as many credits as there are, of several servers, and never more', async () => {
    const servers = await Promise.all([client(gates), client(gates), client(gates)]);
    expect(
      await spendRest(
        publisher,
        servers[0],
        'many-servers',
        await spendAll(publisher, servers, 'many-servers'),
      ),
    ).toBe(TOTAL);
    await until('everything has landed', async () => (await landed('many-servers')) === TOTAL);
    const admitted = servers.map((server) => admittedUntilRejected(publisher, server, 'many-servers'));
    expect(await Promise.all(admitted)).toEqual([0, 0, 0]);
  });

  it('explains a rejection: the limit, who used it up, and until when', async () => {
    const [server] = clients;
    const ask = async () => {
      const decision = await server?.admit(callOf('many-servers'));
      if (decision?.admitted !== false) throw new Error('the call was admitted');
      return decision.rejection;
    };
    // What it said while the last calls were landing is not asked again for a second.
    await until('it has read the last calls', async () =>
      JSON.stringify(await ask()).includes(`"credits":${TOTAL}}`),
    );
    const rejection = await ask();
    expect(rejection).toMatchObject({ status: 429, cause: 'limit: credits' });
    expect(rejection.problem).toMatchObject({
      type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
      'violated-policies': ['credits'],
      limit: { scope: 'org', credits: TOTAL, used: TOTAL },
      top_user: { user_id: 'ann', credits: TOTAL },
      top_app: { app_id: 'sync', credits: TOTAL },
    });
    expect(rejection.headers).toMatchObject({
      'ratelimit-policy': `"credits";q=${TOTAL};qu="credits";w=86400`,
      ratelimit: expect.stringMatching(/^"credits";r=0;t=\d{5}$/),
      'retry-after': expect.stringMatching(/^\d{5}$/),
    });
  });

  it('lets a client that waits until then succeed', async () => {
    const server = await client(gates);
    // Where landing takes longer, the credits have returned before the first call.
    for (const leadS of [8, 20, 40]) {
      const org = `patient-${leadS}`;
      await publisher.publish(eventOf(org, TOTAL - 50, Date.now() - DAY_MS + leadS * SECOND_MS));
      await until('the calls of yesterday have landed', async () => (await landed(org)) > 0);
      const first = await server.admit(callOf(org));
      if (first.admitted) continue;
      const seconds = Number(first.rejection.headers['retry-after']);
      expect(seconds).toBeLessThanOrEqual(leadS + 3);
      await sleep(seconds * SECOND_MS);
      return until('the call is admitted', async () => (await server.admit(callOf(org))).admitted);
    }
    throw new Error('the first call was always admitted');
  });

  it('decides over HTTP for gateways in other languages', async () => {
    const org = 'gateway';
    const { status, body } = await leasesOfFirst(org);
    const url =
      status === 409 ? Value.Parse(Type.Object({ gate_url: Type.String() }), body).gate_url : undefined;
    const decide = (credits: number, more: object = {}) =>
      post(url ?? gates[0]?.url ?? '', '/v1/decisions', { ...callOf(org, credits), ...more });
    const first = await decide(TOTAL - 10);
    expect(first).toMatchObject({
      status: 200,
      body: { admitted: true, problem: null, headers: { 'ratelimit-policy': expect.any(String) } },
    });
    const { decision_id } = Value.Parse(Type.Object({ decision_id: Type.String() }), first.body);
    expect(await decide(20)).toMatchObject({
      body: { admitted: false, rejection_cause: 'limit: credits', problem: { status: 429 } },
    });
    // It has cost less than it might have: the rest is free again.
    await publisher.publish(eventOf(org, 100));
    expect(await decide(20, { settled: [{ decision_id, credits: 100 }] })).toMatchObject({
      body: { admitted: true },
    });
  });

  it('rejects what has no token of its role, and what is not a request', async () => {
    const [{ url } = { url: '' }] = gates;
    expect(await post(url, '/v1/leases', {}, await gateToken('billing'))).toMatchObject({
      status: 403,
      body: { type: 'forbidden' },
    });
    expect(await post(url, '/v1/leases', {}, 'x')).toMatchObject({ status: 401 });
    expect(await post(url, '/v1/decisions', { org_id: 'acme' })).toMatchObject({
      status: 400,
      body: { type: 'invalid-request' },
    });
    expect((await fetch(`${url}/nothing`)).status).toBe(404);
  });

  it('grants nothing for what a gate has been asked while it stood still, longer than its session', async () => {
    const org = 'paused-gate';
    const server = await client(gates, { waitMs: 20_000 });
    const calls = 10;
    for (let made = 0; made < calls; made += 1) await call(publisher, server, org);
    const [paused, other] = (await leasesOfFirst(org)).status === 200 ? gates : gates.toReversed();
    if (paused === undefined || other === undefined) throw new Error('there are not two gates');
    process.kill(paused.process.pid, 'SIGSTOP');
    const sums = { settled: 0, returned: 0, closed: false, wanted: TOTAL, needed: COST, least: COST };
    const leases = [{ id: 'asked-while-it-stood-still', scope: 'org', name: '', ...sums }];
    const asked = post(paused.url, '/v1/leases', { org_id: org, product: 'crm', leases });
    try {
      await until(
        'the other gate has the organisation',
        async () => (await leasesOf(org, other.url)).status === 200,
      );
      expect(await spendRest(publisher, server, org, calls * COST)).toBe(TOTAL);
    } finally {
      process.kill(paused.process.pid, 'SIGCONT');
    }
    expect([409, 503]).toContain((await asked).status);
    // It joins again, and the organisations are divided anew.
    expect(await admittedUntilRejected(publisher, server, org)).toBe(0);
  });

  it('admits no more than there is when gates are killed, and goes on with the others', async () => {
    const org = 'killed-gates';
    const servers = await Promise.all([client(gates), client(gates)]);
    const begun = Promise.withResolvers<void>();
    const spending = spendAll(publisher, servers, org, (admitted) => {
      if (admitted > TOTAL / 5) begun.resolve();
    });
    await begun.promise;
    const owner = (await leasesOfFirst(org)).status === 200 ? 0 : 1;
    await gates[owner]?.process.kill();
    const restarted = await startGate(pipeline);
    // And once more while it reads what its predecessor has granted.
    await until('it reads the leases', () => restarted.process.log().includes('organisations assigned'));
    await restarted.process.kill();
    gates[owner] = await startGate(pipeline);
    expect(await spendRest(publisher, servers[0], org, await spending)).toBe(TOTAL);
  });
});
