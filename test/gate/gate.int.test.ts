import { setTimeout as sleep } from 'node:timers/promises';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { select } from '../../platform/clickhouse/connect.ts';
import type { Gate } from '../../producers/gate/contract.ts';
import type { Publisher } from '../../producers/publisher-contract.ts';
import { DAY_MS, SECOND_MS } from '../../schemas/time-units.ts';
import { killConsumers } from '../consumers/consumer-process.ts';
import { openPipeline, type PipelineUnderTest } from '../integration/pipeline.ts';
import { until } from '../until.ts';
import { gateToken, openClient, openPublisher, post, startGate, type RunningGate } from './gates.ts';

/** The local stack's sample terms: 5,000 included and 10,000 additional credits. */
const TOTAL = 15_000;
const COST = 500;
const SPENT_WITHIN_MS = 90_000;

let pipeline: PipelineUnderTest;
let publisher: Publisher;
let gates: RunningGate[];
const clients: Gate[] = [];

const callOf = (org_id: string, credits = COST, user_id = 'ann') => ({
  org_id,
  product: 'crm',
  user_id,
  app_id: 'sync',
  credits,
});
const eventOf = (org_id: string, credits: number, occurred_at?: number) => ({
  ...callOf(org_id, credits),
  method: 'GET',
  endpoint: '/leads',
  status: 200,
  ...(occurred_at !== undefined && { occurred_at }),
});

async function client(...args: Parameters<typeof openClient>): Promise<Gate> {
  const opened = await openClient(...args);
  clients.push(opened);
  return opened;
}

/** Asks, and publishes an admitted call. @returns the credits that were admitted; undefined where no gate answered */
async function call(gate: Gate, org: string): Promise<number | undefined> {
  const decision = await gate.admit(callOf(org));
  if (!decision.admitted) return decision.rejection.cause === 'gate unreachable' ? undefined : 0;
  await publisher.publish(eventOf(org, COST));
  decision.reservation.settle();
  return COST;
}

/**
 * Lets each server make calls until the limit has rejected some of each in turn.
 * @param onAdmitted gets the sum so far
 * @returns the admitted credits
 */
async function spendAll(
  servers: readonly Gate[],
  org: string,
  onAdmitted: (admitted: number) => void = () => undefined,
): Promise<number> {
  const deadline = performance.now() + SPENT_WITHIN_MS;
  let admitted = 0;
  await Promise.all(
    servers.map(async (server) => {
      for (let rejected = 0; rejected < 5;) {
        const credits = await call(server, org);
        admitted += credits ?? 0;
        if (credits === COST) onAdmitted(admitted);
        rejected = credits === 0 ? rejected + 1 : 0;
        if (credits !== COST) await sleep(100);
        if (performance.now() < deadline) continue;
        throw new Error(`${admitted} of ${TOTAL} admitted: ${JSON.stringify(server.counters())}`);
      }
    }),
  );
  return admitted;
}

/** What other servers had leased and then gave back. @returns the admitted credits, with those before */
async function spendRest(server: Gate, org: string, before: number): Promise<number> {
  let admitted = before;
  await until('every credit is admitted', async () => {
    admitted += (await call(server, org)) ?? 0;
    return admitted >= TOTAL;
  });
  return admitted;
}

const landed = async (org: string): Promise<number> => {
  const [row] = await select(
    pipeline.client,
    Type.Object({ credits: Type.Integer() }),
    'SELECT sum(credits) AS credits FROM call_events FINAL WHERE org_id = {org:String}',
    { org },
  );
  return row?.credits ?? 0;
};

beforeAll(async () => {
  pipeline = await openPipeline('gate');
  await pipeline.start('consumer');
  publisher = openPublisher(pipeline);
  gates = [await startGate(pipeline), await startGate(pipeline)];
  await until('every organisation has a gate', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) => leasesOf(`org-${index}`).then(({ status }) => status)),
    );
    return answers.every((status) => status === 200 || status === 409);
  });
});

afterAll(async () => {
  await Promise.all(clients.map((each) => each.close()));
  await publisher.close();
  await killConsumers();
  await pipeline.stop();
});

const leasesOf = (org_id: string, url = gates[0]?.url ?? '') =>
  post(url, '/v1/leases', { org_id, product: 'crm', leases: [] });

describe('the gate', () => {
  it('divides the organisations, and says which gate has another one', async () => {
    const [one, other] = gates.map(({ url }) => url);
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
    expect(await spendRest(servers[0], 'many-servers', await spendAll(servers, 'many-servers'))).toBe(TOTAL);
    await until('everything has landed', async () => (await landed('many-servers')) === TOTAL);
    expect(await Promise.all(servers.map((server) => call(server, 'many-servers')))).toEqual([0, 0, 0]);
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
    const org = 'patient';
    await publisher.publish(eventOf(org, TOTAL - 50, Date.now() - DAY_MS + 8 * SECOND_MS));
    await until('the calls of yesterday have landed', async () => (await landed(org)) > 0);
    const server = await client(gates);
    const first = await server.admit(callOf(org));
    if (first.admitted) throw new Error('the call was admitted before the credits returned');
    const seconds = Number(first.rejection.headers['retry-after']);
    expect(seconds).toBeLessThanOrEqual(11);
    await sleep(seconds * SECOND_MS);
    expect(await server.admit(callOf(org))).toMatchObject({ admitted: true });
  });

  it('decides over HTTP for gateways in other languages', async () => {
    const org = 'gateway';
    const { status, body } = await leasesOf(org);
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
    for (let made = 0; made < calls; made += 1) await call(server, org);
    const [paused, other] = (await leasesOf(org)).status === 200 ? gates : gates.toReversed();
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
      expect(await spendRest(server, org, calls * COST)).toBe(TOTAL);
    } finally {
      process.kill(paused.process.pid, 'SIGCONT');
    }
    expect([409, 503]).toContain((await asked).status);
    // It joins again, and the organisations are divided anew.
    const admitted: number[] = [];
    await until('a gate rejects again', async () => {
      const credits = await call(server, org);
      admitted.push(credits ?? 0);
      return credits === 0;
    });
    expect(admitted.every((credits) => credits === 0)).toBe(true);
  });

  it('admits no more than there is when gates are killed, and goes on with the others', async () => {
    const org = 'killed-gates';
    const servers = await Promise.all([client(gates), client(gates)]);
    const begun = Promise.withResolvers<void>();
    const spending = spendAll(servers, org, (admitted) => {
      if (admitted > TOTAL / 5) begun.resolve();
    });
    await begun.promise;
    const owner = (await leasesOf(org)).status === 200 ? 0 : 1;
    await gates[owner]?.process.kill();
    const restarted = await startGate(pipeline);
    // And once more while it reads what its predecessor has granted.
    await until('it reads the leases', () => restarted.process.log().includes('organisations assigned'));
    await restarted.process.kill();
    gates[owner] = await startGate(pipeline);
    expect(await spendRest(servers[0], org, await spending)).toBe(TOTAL);
  });
});
