import { BudgetsAnswer } from '../../../api/budgets/answer.ts';
import type { Claims } from '../../../api/auth/tokens.ts';
import { callEvent, insertEvents } from '../tables.ts';
import { openWritableApi, type WritableApi } from '../writable-api.ts';

const owner: Claims = { role: 'super_admin', sub: 'owen', org: 'acme' };
const admin: Claims = { role: 'admin', sub: 'ada', org: 'acme' };
const BASE = '/v1/orgs/acme';

let api: WritableApi;
beforeAll(async () => {
  api = await openWritableApi('budgets');
  await api.write('POST', '/v1/orgs', { org_id: 'acme', time_zone: 'UTC', billing_day: 1 });
  await api.write('PUT', `${BASE}/subscriptions/crm`, { edition: 'free', users: 1, additional_limit: 1_000 });
  await insertEvents(api.clickhouse, [
    call('ann', 'sync', 5_000),
    call('bob', 'sync', 700),
    call('eve', 'web', 50),
  ]);
});
afterAll(() => api.close());

const call = (user_id: string, app_id: string, credits: number) =>
  callEvent({ org_id: 'acme', product: 'crm', user_id, app_id, credits, occurred_at: Date.now() - 5_000 });
const budgets = () => api.read(BudgetsAnswer, `${BASE}/budgets`, admin);

describe('budgets', () => {
  it('show what is used and left, and never more than the subscription has left', async () => {
    await api.write('PUT', `${BASE}/teams/sales`, { users: ['ann', 'eve'] }, admin);
    await api.write('PUT', `${BASE}/budgets/team/sales`, { credits: 5_100 }, admin);
    await api.write('PUT', `${BASE}/budgets/user/bob`, { credits: 5_000, reason: 'trial' }, admin);
    await api.write('PUT', `${BASE}/budgets/app/web`, { credits: 10 }, admin);
    expect(await budgets()).toMatchObject({
      product: 'crm',
      total: 6_000,
      used: 5_750,
      left: 250,
      gate: { mode: 'enforce', when_unreachable: null },
      budgets: [
        { scope: 'team', name: 'sales', credits: 5_100, used: 5_050, left: 50, users: ['ann', 'eve'] },
        { scope: 'user', name: 'bob', credits: 5_000, used: 700, left: 250 },
        { scope: 'app', name: 'web', credits: 10, used: 50, left: 0 },
      ],
      teams: [{ name: 'sales', users: ['ann', 'eve'] }],
      spending_cap: null,
    });
  });

  it('end with null', async () => {
    await api.write('PUT', `${BASE}/budgets/app/web`, { credits: null }, admin);
    const names = (await budgets()).budgets.map(({ name }) => name);
    expect(names).toEqual(['sales', 'bob']);
  });

  it('show who changed them in the history of the settings', async () => {
    const { body } = await api.get(`${BASE}/settings/history?limit=100`, admin);
    expect(body).toMatchObject({
      changes: expect.arrayContaining([
        expect.objectContaining({
          kind: 'budget',
          product: 'crm',
          value: { scope: 'user', name: 'bob', credits: 5_000 },
          recorded_by: 'ada',
          reason: 'trial',
        }),
      ]),
    });
  });

  it('reject what cannot be', async () => {
    expect(
      (await api.send(`${BASE}/budgets/team/none`, { method: 'PUT', body: { credits: 1 }, claims: admin }))
        .status,
    ).toBe(404);
    expect(
      (await api.send(`${BASE}/budgets/planet/x`, { method: 'PUT', body: { credits: 1 }, claims: admin }))
        .status,
    ).toBe(400);
    expect(
      await api.send(`${BASE}/spending-cap`, { method: 'PUT', body: { amount: '1.001' }, claims: owner }),
    ).toMatchObject({ status: 400, body: { errors: [{ pointer: '#/amount' }] } });
  });
});

describe('the spending cap', () => {
  it('shows what is spent of it and what is left', async () => {
    await api.write('PUT', `${BASE}/spending-cap`, { amount: '50.00' }, owner);
    expect((await budgets()).spending_cap).toMatchObject({
      amount: '50',
      currency: 'USD',
      spent: '0.105',
      left: '49.895',
    });
    await api.write('PUT', `${BASE}/spending-cap`, { amount: null }, owner);
    expect((await budgets()).spending_cap).toBeNull();
  });

  it('and the mode of the gate are the super admin’s', async () => {
    await api.write('PUT', `${BASE}/gate`, { mode: 'dry-run', when_unreachable: 'reject' }, owner);
    expect((await budgets()).gate).toEqual({ mode: 'dry-run', when_unreachable: 'reject' });
  });
});
