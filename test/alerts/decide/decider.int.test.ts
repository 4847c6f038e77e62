import { Type } from 'typebox';
import { Decider } from '../../../alerts/decide/decider.ts';
import { eraseCommand } from '../../../cli/erase-command.ts';
import { connectKafka } from '../../../platform/kafka/connect.ts';
import { select } from '../../../platform/clickhouse/connect.ts';
import { openLandedLog, type FollowedLog } from '../../../platform/landed-log.ts';
import { createLogger } from '../../../platform/logging.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../schemas/time-units.ts';
import { topicNames, type Topics } from '../../../schemas/topics.ts';
import { createSettingsStore } from '../../../store/settings/store.ts';
import type { Claims } from '../../../api/auth/tokens.ts';
import { callEvent, insertEvents } from '../../api/tables.ts';
import { openWritableApi, PLATFORM, type WritableApi } from '../../api/writable-api.ts';
import { tickOf } from '../ticks.ts';

let api: WritableApi;
let topics: Topics;
let log: FollowedLog;
beforeAll(async () => {
  api = await openWritableApi('decider');
  const { settings } = api.namespace;
  topics = topicNames(settings.TOPIC_PREFIX);
  const kafka = connectKafka(settings, 'test-decider', createLogger('decider', 'fatal'));
  log = openLandedLog(kafka, api.clickhouse, topics.alerts, 30_000);
  // Nothing lands the calls by Kafka here: only landing-lag would be raised by that.
  await api.write('PUT', '/v1/alert-defaults', {
    rules: [
      { rule_id: 'total-80', kind: 'total-share', percent: 80 },
      { rule_id: 'total-100', kind: 'total-share', percent: 100 },
    ],
    platform_rules: [],
  });
}, 120_000);
afterAll(async () => {
  await log.close();
  await api.close();
});

const adminOf = (org: string): Claims => ({ role: 'super_admin', sub: 'ann', org });

/** Included 5,000, additional limit as given. */
async function newOrg(org: string, additionalLimit = 0): Promise<void> {
  await api.write('POST', '/v1/orgs', { org_id: org, time_zone: 'UTC', billing_day: 1 }, PLATFORM);
  const terms = { edition: 'free', users: 1, additional_limit: additionalLimit };
  await api.write('PUT', `/v1/orgs/${org}/subscriptions/crm`, terms, PLATFORM);
}

const use = (
  org: string,
  credits: number,
  given: { user_id?: string; at?: number; endpoint?: string } = {},
): Promise<void> =>
  insertEvents(api.clickhouse, [
    callEvent({
      org_id: org,
      credits,
      occurred_at: given.at ?? Date.now() - 1_000,
      user_id: given.user_id ?? 'ann',
      endpoint: given.endpoint ?? '/leads',
    }),
  ]);

/** @param aheadMs its clock shows so much more than it is */
const newDecider = (aheadMs = 0): Decider =>
  new Decider({
    client: api.clickhouse,
    store: createSettingsStore(api.clickhouse, 'none'),
    log,
    topics,
    now: () => Date.now() + aheadMs,
    uptime: () => performance.now(),
    timing: { sealDelayMs: MINUTE_MS, graceMs: 15 * MINUTE_MS },
    aheadMs: 5 * MINUTE_MS,
  });

const Alert = Type.Object({
  rule_id: Type.String(),
  subject: Type.Union([Type.String(), Type.Null()]),
  value: Type.String(),
  message: Type.String(),
  resolved_at: Type.Union([Type.String(), Type.Null()]),
});
const Alerts = Type.Object({ alerts: Type.Array(Alert) });
const alertsOf = async (org: string) =>
  (await api.read(Alerts, `/v1/orgs/${org}/alerts`, adminOf(org))).alerts;
const shortOf = async (org: string) =>
  (await alertsOf(org)).map(
    ({ rule_id, resolved_at }) => `${rule_id} ${resolved_at === null ? 'open' : 'resolved'}`,
  );

describe('a crossing', () => {
  it('is one alert, however many deciders see it and however often', async () => {
    await newOrg('once');
    const deciders = [newDecider(), newDecider(), newDecider()];
    for (const decider of deciders) await tickOf(decider);
    await use('once', 4_000);
    // At once: none has seen what the others append.
    await Promise.all(deciders.map((decider) => tickOf(decider)));
    await use('once', 100);
    await Promise.all(deciders.map((decider) => tickOf(decider)));
    expect(await alertsOf('once')).toMatchObject([
      {
        rule_id: 'total-80',
        value: '80',
        message: expect.stringContaining('4,000 of the 5,000 credits'),
        resolved_at: null,
      },
    ]);
    await use('once', 900);
    await Promise.all(deciders.map((decider) => tickOf(decider)));
    expect(await shortOf('once')).toEqual(['total-100 open', 'total-80 open']);
  });

  it('is known to a decider that starts later, and resolved when the credits have left the 24 hours', async () => {
    const next = newDecider();
    await tickOf(next);
    expect(next.openCount).toBeGreaterThanOrEqual(2);
    await tickOf(newDecider(DAY_MS + MINUTE_MS));
    expect(await shortOf('once')).toEqual(['total-100 resolved', 'total-80 resolved']);
    await tickOf(newDecider(DAY_MS + MINUTE_MS));
    expect(await shortOf('once')).toHaveLength(2);
  });

  it('can be raised again once it was resolved, as another alert', async () => {
    const decider = newDecider();
    await tickOf(decider);
    const before = await shortOf('once');
    // By the clock of this decider the credits count again: both are crossed once more.
    expect(before).toEqual(['total-100 open', 'total-80 open', 'total-100 resolved', 'total-80 resolved']);
  });

  it('is found for calls that land late, and for calls that are dated ahead when their time has come', async () => {
    await newOrg('late');
    const decider = newDecider();
    await tickOf(decider);
    await use('late', 2_000, { at: Date.now() - 23 * HOUR_MS });
    await use('late', 1_999);
    await use('late', 1, { at: Date.now() + 2 * MINUTE_MS });
    await tickOf(decider);
    expect(await shortOf('late')).toEqual([]);
    const ahead = newDecider(2 * MINUTE_MS + 1_000);
    await tickOf(ahead);
    expect(await shortOf('late')).toEqual(['total-80 open']);
  });

  it('is resolved when the limit is raised, and raised when it is lowered', async () => {
    await newOrg('limit');
    await use('limit', 4_500);
    const decider = newDecider();
    await tickOf(decider);
    expect(await shortOf('limit')).toEqual(['total-80 open']);
    const limit = '/v1/orgs/limit/additional-limit';
    await api.write('PUT', limit, { credits: 10_000 }, adminOf('limit'));
    await tickOf(decider);
    expect(await shortOf('limit')).toEqual(['total-80 resolved']);
    await api.write('PUT', limit, { credits: 0 }, adminOf('limit'));
    await tickOf(decider);
    expect(await shortOf('limit')).toEqual(['total-80 open', 'total-80 resolved']);
  });

  it('of a rule of the organisation’s own is raised by it, and resolved when the rule is removed', async () => {
    await newOrg('own', 5_000);
    const rules = [
      { rule_id: 'half-of-limit', kind: 'additional-share', percent: 50 },
      { rule_id: 'one-user', kind: 'user-share', percent: 60 },
    ];
    await api.write('PUT', '/v1/orgs/own/alert-rules', { rules }, adminOf('own'));
    await use('own', 6_500, { user_id: 'bob' });
    await use('own', 1_000, { user_id: 'eve' });
    const decider = newDecider();
    await tickOf(decider);
    const found = await alertsOf('own');
    expect(found.map(({ rule_id, subject }) => `${rule_id} ${subject}`).toSorted()).toEqual([
      'half-of-limit null',
      'one-user bob',
    ]);
    await api.write('PUT', '/v1/orgs/own/alert-rules', { rules: rules.slice(1) }, adminOf('own'));
    await tickOf(decider);
    expect((await shortOf('own')).toSorted()).toEqual(['half-of-limit resolved', 'one-user open']);
  });
});

it('an alert about a route is raised where each of its endpoints used little', async () => {
  await newOrg('routes');
  const rules = [
    { rule_id: 'a-route', kind: 'route-share', percent: 60 },
    { rule_id: 'an-endpoint', kind: 'endpoint-share', percent: 60 },
  ];
  await api.write('PUT', '/v1/orgs/routes/alert-rules', { rules }, adminOf('routes'));
  await use('routes', 2_000, { endpoint: '/leads/1001' });
  await use('routes', 2_000, { endpoint: '/leads/1002' });
  await tickOf(newDecider());
  const found = await alertsOf('routes');
  expect(found.filter(({ rule_id }) => ['a-route', 'an-endpoint'].includes(rule_id))).toMatchObject([
    { rule_id: 'a-route', subject: '/leads/{id}', value: '80' },
  ]);
});

const ofUser = async () => (await alertsOf('own')).filter(({ rule_id }) => rule_id === 'one-user');
it('an alert about a user who is erased is resolved, under a pseudonym, by a decider that knew the name too', async () => {
  const decider = newDecider();
  await tickOf(decider);
  expect(await ofUser()).toMatchObject([{ subject: 'bob', resolved_at: null }]);
  const { settings } = api.namespace;
  await eraseCommand(['--org', 'own', '--user', 'bob'], { ...settings, PATH: process.env['PATH'] });
  expect(await ofUser()).toMatchObject([
    { subject: expect.stringMatching(/^erased-/), message: expect.stringContaining('The user erased-') },
  ]);
  for (const each of [decider, newDecider(), decider]) await tickOf(each);
  expect(await ofUser()).toMatchObject([
    { subject: expect.stringMatching(/^erased-/), resolved_at: expect.any(String) },
  ]);
}, 60_000);

it('looks at nothing but what may have reached a threshold', async () => {
  await newOrg('quiet');
  const decider = newDecider();
  await use('quiet', 1_000);
  await tickOf(decider);
  while ((await tickOf(decider)).looks > 0);
  await use('quiet', 500);
  expect((await tickOf(decider)).looks).toBe(0);
  await use('quiet', 2_600);
  expect((await tickOf(decider)).looks).toBe(1);
  expect(await shortOf('quiet')).toEqual(['total-80 open']);
});

it('reads nothing of one that calls for the first time, until so much has landed that a threshold may be reached', async () => {
  await newOrg('newcomer');
  const decider = newDecider();
  while ((await tickOf(decider)).looks > 0);
  await use('newcomer', 1_000);
  expect((await tickOf(decider)).looks).toBe(0);
  await use('newcomer', 3_000);
  expect((await tickOf(decider)).looks).toBe(1);
  expect(await shortOf('newcomer')).toEqual(['total-80 open']);
});

const LogRow = Type.Object({ record_id: Type.String(), times: Type.Integer() });

it('has every decision in the log under an id of its own; those of the deciders that came later are repeats', async () => {
  const rows = await select(
    api.clickhouse,
    LogRow,
    `SELECT record_id, count() AS times FROM alert_log WHERE org_id = 'once' AND kind = 'raised' GROUP BY record_id`,
  );
  expect(rows).toHaveLength(4);
  expect(Math.max(...rows.map(({ times }) => times))).toBeGreaterThan(1);
});

describe('the platform’s own rules', () => {
  it('are raised for landing that lags, and resolved when it is caught up', async () => {
    const rules = { rules: [], platform_rules: [{ rule_id: 'lag', kind: 'landing-lag', seconds: 3_600 }] };
    await api.write('PUT', '/v1/alert-defaults', rules);
    const open = async () =>
      (
        await select(
          api.clickhouse,
          Type.Object({ kind: Type.String() }),
          `SELECT kind FROM alert_log FINAL WHERE org_id = '' AND rule_id = 'lag' ORDER BY kafka_offset`,
        )
      ).map(({ kind }) => kind);
    await tickOf(newDecider(2 * HOUR_MS));
    expect(await open()).toEqual(['raised']);
    await tickOf(newDecider());
    expect(await open()).toEqual(['raised', 'resolved']);
  });
});
