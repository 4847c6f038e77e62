import { Type } from 'typebox';
import { Decider } from '../../../alerts/decide/decider.ts';
import { BudgetsAnswer } from '../../../api/budgets/answer.ts';
import type { Claims } from '../../../api/auth/tokens.ts';
import { connectKafka } from '../../../platform/kafka/connect.ts';
import { openLandedLog, type FollowedLog } from '../../../platform/landed-log.ts';
import { createLogger } from '../../../platform/logging.ts';
import { DAY_MS, MINUTE_MS } from '../../../schemas/time-units.ts';
import { topicNames } from '../../../schemas/topics.ts';
import { createSettingsStore } from '../../../store/settings/store.ts';
import { callEvent, insertEvents } from '../../api/tables.ts';
import { openWritableApi, type WritableApi } from '../../api/writable-api.ts';
import { tickOf } from '../ticks.ts';

const BASE = '/v1/orgs/acme';
const OWNER: Claims = { role: 'super_admin', sub: 'owen', org: 'acme' };

let api: WritableApi;
let log: FollowedLog;
beforeAll(async () => {
  api = await openWritableApi('budgetalerts');
  const { settings } = api.namespace;
  const kafka = connectKafka(settings, 'test-budgetalerts', createLogger('budgetalerts', 'fatal'));
  log = openLandedLog(kafka, api.clickhouse, topicNames(settings.TOPIC_PREFIX).alerts, 30_000);
  // Nothing lands the calls by Kafka here: only landing-lag would be raised by that.
  await api.write('PUT', '/v1/alert-defaults', { rules: [], platform_rules: [] });
  await api.write('POST', '/v1/orgs', { org_id: 'acme', time_zone: 'UTC', billing_day: 1 });
  await api.write('PUT', `${BASE}/subscriptions/crm`, { edition: 'free', users: 1, additional_limit: 9_000 });
  await api.write('PUT', `${BASE}/teams/sales`, { users: ['ann', 'bob'] }, OWNER);
  await api.write('PUT', `${BASE}/budgets/team/sales`, { credits: 1_000 }, OWNER);
  await api.write('PUT', `${BASE}/budgets/user/ann`, { credits: 800 }, OWNER);
  const rules = [
    { rule_id: 'budget-80', kind: 'budget-share', percent: 80 },
    { rule_id: 'cap-50', kind: 'spending-cap-share', percent: 50 },
  ];
  await api.write('PUT', `${BASE}/alert-rules`, { rules }, OWNER);
}, 120_000);
afterAll(async () => {
  await log.close();
  await api.close();
});

const use = (user_id: string, credits: number): Promise<void> =>
  insertEvents(api.clickhouse, [
    callEvent({ org_id: 'acme', user_id, credits, occurred_at: Date.now() - 1_000 }),
  ]);

/** One tick of a decider that has read nothing before. @param aheadMs its clock shows so much more than it is */
async function decide(aheadMs = 0): Promise<void> {
  const decider = new Decider({
    client: api.clickhouse,
    store: createSettingsStore(api.clickhouse, 'none'),
    log,
    topics: topicNames(api.namespace.settings.TOPIC_PREFIX),
    now: () => Date.now() + aheadMs,
    uptime: () => performance.now(),
    timing: { sealDelayMs: MINUTE_MS, graceMs: 15 * MINUTE_MS },
    aheadMs: 5 * MINUTE_MS,
  });
  await tickOf(decider);
}

const Alerts = Type.Object({
  alerts: Type.Array(
    Type.Object({
      rule_id: Type.String(),
      subject: Type.Union([Type.String(), Type.Null()]),
      value: Type.String(),
      message: Type.String(),
      resolved_at: Type.Union([Type.String(), Type.Null()]),
    }),
  ),
});
const alerts = async () => (await api.read(Alerts, `${BASE}/alerts`, OWNER)).alerts;
const ofCap = async () => (await alerts()).filter(({ rule_id }) => rule_id === 'cap-50');
const budgets = () => api.read(BudgetsAnswer, `${BASE}/budgets`, OWNER);

describe('a warning about a budget', () => {
  it('is raised at its share of the figure that the API shows, for that budget alone', async () => {
    await use('ann', 300);
    await use('bob', 499);
    await decide();
    expect(await alerts()).toEqual([]);
    await use('bob', 1);
    await decide();
    const { budgets: shown } = await budgets();
    expect(shown).toMatchObject([
      { name: 'sales', used: 800 },
      { name: 'ann', used: 300 },
    ]);
    expect(await alerts()).toMatchObject([
      {
        rule_id: 'budget-80',
        subject: 'team sales',
        value: '80',
        message: 'The team sales has used 800 of the 1,000 credits of its budget (80 %).',
        resolved_at: null,
      },
    ]);
  });

  it('is resolved when the budget is raised or ends, and when the credits have left the 24 hours', async () => {
    await api.write('PUT', `${BASE}/budgets/team/sales`, { credits: null }, OWNER);
    await decide();
    const resolved = { subject: 'team sales', resolved_at: expect.any(String) };
    expect(await alerts()).toMatchObject([resolved]);
    await use('ann', 400);
    await decide();
    expect(await alerts()).toMatchObject([
      { subject: 'user ann', value: '87.5', resolved_at: null },
      resolved,
    ]);
    await decide(DAY_MS + MINUTE_MS);
    expect(await alerts()).toMatchObject([
      { subject: 'user ann', resolved_at: expect.any(String) },
      resolved,
    ]);
  });
});

describe('a warning about the spending cap', () => {
  it('is raised at its share of the amount that the API shows, and resolved with the cap', async () => {
    // Of the included credits 1,200 are used; 1,000 additional ones cost 0.14 USD.
    await use('eve', 4_800);
    await api.write('PUT', `${BASE}/spending-cap`, { amount: '0.29' }, OWNER);
    await decide();
    expect(await ofCap()).toEqual([]);
    await api.write('PUT', `${BASE}/spending-cap`, { amount: '0.28' }, OWNER);
    await decide();
    expect((await budgets()).spending_cap).toMatchObject({ spent: '0.14', amount: '0.28' });
    expect(await ofCap()).toMatchObject([
      {
        subject: null,
        value: '50',
        message: '0.14 of the 0.28 USD of the spending cap are spent (50 %).',
        resolved_at: null,
      },
    ]);
    await api.write('PUT', `${BASE}/spending-cap`, { amount: null }, OWNER);
    await decide();
    expect(await ofCap()).toMatchObject([{ resolved_at: expect.any(String) }]);
  });
});
