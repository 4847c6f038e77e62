import { BudgetsAnswer } from '../../api/budgets/answer.ts';
import type { Claims } from '../../api/auth/tokens.ts';
import type { Gate, GateRejection } from '../../producers/gate/contract.ts';
import type { Publisher } from '../../producers/publisher-contract.ts';
import { topicNames } from '../../schemas/topics.ts';
import { SECRET } from '../api/api-under-test.ts';
import { openWritableApi, type WritableApi } from '../api/writable-api.ts';
import { killConsumers } from '../consumers/consumer-process.ts';
import { until } from '../until.ts';
import { openClient, openPublisher, post, startGate, type RunningGate } from './gates.ts';

/** 5,000 included and 10,000 additional credits. */
const TERMS = { edition: 'free', users: 1, additional_limit: 10_000 };
const TOTAL = 15_000;
const COST = 100;
const owner = (org: string): Claims => ({ role: 'super_admin', sub: 'owen', org });

let api: WritableApi;
let gate: RunningGate;
let publisher: Publisher;
let server: Gate;

beforeAll(async () => {
  api = await openWritableApi('gatebudgets');
  const env = { ...api.namespace.settings, JWT_SECRET: SECRET.toString() };
  gate = await startGate({ env });
  publisher = openPublisher({ env, topics: topicNames(env.TOPIC_PREFIX) });
  for (const org of ['acme', 'capped', 'dry']) {
    await api.write('POST', '/v1/orgs', { org_id: org, time_zone: 'UTC', billing_day: 1 });
    await api.write('PUT', `/v1/orgs/${org}/subscriptions/crm`, TERMS);
  }
  await set('acme', 'budgets/user/ann', { credits: 1_000 });
  await set('acme', 'budgets/app/web', { credits: 800 });
  await set('acme', 'teams/sales', { users: ['cid', 'dee'] });
  await set('acme', 'budgets/team/sales', { credits: 600 });
  await set('acme', 'budgets/user/eve', { credits: 100 * TOTAL });
  // The price of 1,000 additional credits.
  await set('capped', 'spending-cap', { amount: '0.14' });
  await set('dry', 'budgets/user/ann', { credits: COST });
  await set('dry', 'gate', { mode: 'dry-run', when_unreachable: null });
  await until('the gate grants, and knows the last change', async () => {
    const request = { org_id: 'dry', product: 'crm', leases: [] };
    const { status, body } = await post(gate.url, '/v1/leases', request);
    return status === 200 && JSON.stringify(body).includes('dry-run');
  });
  server = await openClient([gate]);
});

afterAll(async () => {
  await server.close();
  await publisher.close();
  await killConsumers();
  await api.close();
});

const set = (org: string, path: string, body: object) =>
  api.write('PUT', `/v1/orgs/${org}/${path}`, body, owner(org));

const callOf = (org_id: string, user_id: string, app_id = 'sync') => ({
  org_id,
  product: 'crm',
  user_id,
  app_id,
  credits: COST,
});

type Call = ReturnType<typeof callOf>;

async function publish(call: Call): Promise<void> {
  await publisher.publish({ ...call, method: 'GET', endpoint: '/leads', status: 200 });
}

/** Makes calls until so many credits are admitted: what has landed is held as well for a moment, and so rejected. */
async function spend(call: Call, credits: number): Promise<void> {
  let admitted = 0;
  await until(`${credits} credits are admitted`, async () => {
    while (admitted < credits) {
      const decision = await server.admit(call);
      if (!decision.admitted) return false;
      await publish(call);
      decision.reservation.settle();
      admitted += COST;
    }
    return true;
  });
}

/** The rejection of a call when everything that was admitted before has landed and is read; none is admitted. */
async function rejectionOf(call: Call, ...readAll: readonly string[]): Promise<GateRejection> {
  let rejection: GateRejection | undefined;
  await until(`it says ${readAll.join()}`, async () => {
    const decision = await server.admit(call);
    rejection = decision.admitted ? undefined : decision.rejection;
    const said = JSON.stringify(rejection?.problem ?? {});
    return rejection === undefined || readAll.every((each) => said.includes(each));
  });
  if (rejection === undefined) throw new Error('the call was admitted');
  return rejection;
}

describe('a budget in the gate', () => {
  it('of a user rejects that user’s calls alone, and says whose limit it is', async () => {
    const ann = callOf('acme', 'ann');
    await spend(ann, 1_000);
    expect(await rejectionOf(ann, '"used":1000,', '"ann","credits":1000}')).toMatchObject({
      status: 429,
      cause: 'limit: user-budget',
      problem: {
        'violated-policies': ['user-budget'],
        limit: { scope: 'user', name: 'ann', credits: 1_000, used: 1_000 },
        top_user: { user_id: 'ann', credits: 1_000 },
        available_at: expect.stringMatching(/Z$/),
      },
      headers: { 'ratelimit-policy': '"user-budget";q=1000;qu="credits";w=86400' },
    });
    expect(await server.admit(callOf('acme', 'another'))).toMatchObject({ admitted: true });
  });

  it('of an app counts the calls of all its users', async () => {
    await spend(callOf('acme', 'bob', 'web'), 800);
    expect(await rejectionOf(callOf('acme', 'fay', 'web'), '"used":800,')).toMatchObject({
      cause: 'limit: app-budget',
      problem: { 'violated-policies': ['app-budget'], limit: { scope: 'app', name: 'web', credits: 800 } },
    });
  });

  it('of a team counts the calls of its members together', async () => {
    await spend(callOf('acme', 'cid'), 400);
    await spend(callOf('acme', 'dee'), 200);
    expect(await rejectionOf(callOf('acme', 'cid'), '"used":600,', '"cid","credits":400}')).toMatchObject({
      cause: 'limit: team-budget',
      problem: {
        'violated-policies': ['team-budget'],
        limit: { scope: 'team', name: 'sales', credits: 600 },
        top_user: { user_id: 'cid', credits: 400 },
      },
    });
  });

  it('is explained over HTTP too', async () => {
    const { body } = await post(gate.url, '/v1/decisions', callOf('acme', 'ann'));
    expect(body).toMatchObject({
      admitted: false,
      decision_id: null,
      rejection_cause: 'limit: user-budget',
      problem: { status: 429, 'violated-policies': ['user-budget'], limit: { name: 'ann' } },
    });
  });

  it('never allows more than the subscription has left', async () => {
    const used = 1_000 + 800 + 600;
    // One call of another user was admitted and is not published: its credits are reserved.
    const most = TOTAL - COST;
    await spend(callOf('acme', 'eve'), most - used);
    expect(await rejectionOf(callOf('acme', 'eve'), `"used":${most},`)).toMatchObject({
      cause: 'limit: credits',
      problem: { 'violated-policies': ['credits'], limit: { scope: 'org', credits: TOTAL } },
    });
    const shown = await api.read(BudgetsAnswer, '/v1/orgs/acme/budgets', owner('acme'));
    expect(shown).toMatchObject({ used: most, left: COST });
    expect(shown.budgets.every(({ left }) => left <= COST)).toBe(true);
  });

  it('rejects nothing in a dry run, but says what it would have rejected', async () => {
    const ann = callOf('dry', 'ann');
    const first = await server.admit(ann);
    expect(first).toMatchObject({ admitted: true });
    expect(first).not.toHaveProperty('wouldReject');
    expect(await server.admit(ann)).toMatchObject({
      admitted: true,
      wouldReject: 'dry run, limit: user-budget',
    });
  });
});

describe('the spending cap in the gate', () => {
  const call = callOf('capped', 'ann');

  it('rejects what would cost more than the period may, and says so', async () => {
    await spend(call, 6_000);
    expect(await rejectionOf(call, '"spent":"0.14"')).toMatchObject({
      cause: 'limit: spending-cap',
      problem: {
        title: 'The spending cap of the billing period is reached',
        'violated-policies': ['spending-cap'],
        spending_cap: { amount: '0.14', spent: '0.14', currency: 'USD', day_credits: 6_000 },
        // Tomorrow has included credits of its own.
        available_at: expect.stringMatching(/T00:00:00\.100Z$/),
      },
      headers: {
        'ratelimit-policy': '"spending-cap";q=6000;qu="credits"',
        ratelimit: expect.stringMatching(/^"spending-cap";r=0;t=\d+$/),
        'retry-after': expect.stringMatching(/^\d+$/),
      },
    });
    const shown = await api.read(BudgetsAnswer, '/v1/orgs/capped/budgets', owner('capped'));
    expect(shown.spending_cap).toMatchObject({ amount: '0.14', spent: '0.14', left: '0' });
  });

  it('admits again when it is raised, as much as the new amount buys', async () => {
    await set('capped', 'spending-cap', { amount: '0.21' });
    await spend(call, 500);
    expect(await rejectionOf(call, '"spent":"0.21"')).toMatchObject({ cause: 'limit: spending-cap' });
  });
});
