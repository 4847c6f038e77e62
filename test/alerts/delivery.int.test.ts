import { Type } from 'typebox';
import type { Claims } from '../../api/auth/tokens.ts';
import { readPositions } from '../../store/alerts/progress.ts';
import { WEBHOOK_KEY } from '../api/api-under-test.ts';
import { openWritableApi, PLATFORM, type WritableApi } from '../api/writable-api.ts';
import { killConsumers, startConsumer, type ConsumerProcess } from '../consumers/consumer-process.ts';
import { until } from '../until.ts';
import { openReceiver, type Receiver } from './receiver.ts';

const ANN: Claims = { role: 'super_admin', sub: 'ann', org: 'acme' };
const BOB: Claims = { role: 'admin', sub: 'bob', org: 'acme' };
const PUBLISHER: Claims = { role: 'publisher', sub: 'gateway', org: 'acme' };
const TIMEOUT_MS = 180_000;

let api: WritableApi;
let receiver: Receiver;
let running: ConsumerProcess;
beforeAll(async () => {
  api = await openWritableApi('delivery');
  receiver = await openReceiver();
  await api.write('PUT', '/v1/alert-defaults', {
    rules: [{ rule_id: 'total-80', kind: 'total-share', percent: 80 }],
    platform_rules: [],
  });
  await api.write('POST', '/v1/orgs', { org_id: 'acme', time_zone: 'UTC', billing_day: 1 }, PLATFORM);
  const terms = { edition: 'free', users: 1, additional_limit: 0 };
  await api.write('PUT', '/v1/orgs/acme/subscriptions/crm', terms, PLATFORM);
  running = start();
}, TIMEOUT_MS);
afterAll(async () => {
  await killConsumers();
  await receiver.close();
  await api.close();
});

const start = (): ConsumerProcess =>
  startConsumer({ ...api.namespace.settings, WEBHOOK_KEY, WEBHOOK_TARGETS: 'any' }, 'alerts/main.ts');

const DESTINATION = '/v1/orgs/acme/alert-destinations/ops';
const Secret = Type.Object({
  secret: Type.String(),
  previous_secret: Type.Union([Type.String(), Type.Null()]),
});
const Delivery = Type.Object({
  delivery_id: Type.String(),
  event: Type.String(),
  state: Type.String(),
  attempts: Type.Array(Type.Object({ status: Type.Union([Type.Integer(), Type.Null()]) })),
});
const Deliveries = Type.Object({ deliveries: Type.Array(Delivery) });
const deliveries = async () => (await api.read(Deliveries, '/v1/orgs/acme/alert-deliveries', ANN)).deliveries;
const Alerts = Type.Object({
  unread: Type.Integer(),
  position: Type.String(),
  alerts: Type.Array(
    Type.Object({
      alert_id: Type.String(),
      unread: Type.Boolean(),
      resolved_at: Type.Union([Type.String(), Type.Null()]),
    }),
  ),
});
const alerts = (claims: Claims) => api.read(Alerts, '/v1/orgs/acme/alerts', claims);

let minted = 0;
/** Publishes one call over HTTP, as a gateway does. */
async function use(credits: number): Promise<void> {
  const event = {
    org_id: 'acme',
    product: 'crm',
    user_id: `user-${(minted += 1)}`,
    app_id: '-',
    method: 'GET',
    endpoint: '/leads',
    status: 200,
    credits,
  };
  await api.write('POST', '/v1/events', event, PUBLISHER);
}
const gotOf = (type: string) => receiver.got.filter((each) => each.type === type);

it(
  'an alert arrives within moments, signed, once, and is in the list until it is read',
  async () => {
    const set = await api.write(
      'PUT',
      DESTINATION,
      {
        type: 'webhook',
        url: receiver.url,
        events: ['alert.raised', 'alert.resolved'],
      },
      ANN,
    );
    expect(set.body).toMatchObject({ destination_id: 'ops', type: 'webhook', is_enabled: true });
    await until('the process has the work', () => running.log().includes('alerts started'));
    const startedAt = Date.now();
    await use(4_100);
    await until('the receiver has got it', () => gotOf('alert.raised').length > 0);
    process.stdout.write(`event to delivery: ${(gotOf('alert.raised')[0]?.at ?? 0) - startedAt} ms\n`);
    const { secret } = await api.read(Secret, `${DESTINATION}/secret`, ANN);
    expect(gotOf('alert.raised')).toMatchObject([
      { data: { org_id: 'acme', product: 'crm', rule_id: 'total-80', kind: 'total-share', value: '82' } },
    ]);
    expect(gotOf('alert.raised')[0]?.isSignedBy(secret)).toBe(true);
    expect(gotOf('alert.raised')[0]?.isSignedBy('whsec_b3RoZXI=')).toBe(false);

    const list = await alerts(ANN);
    expect(list).toMatchObject({ unread: 1, alerts: [{ unread: true, resolved_at: null }] });
    expect(list.alerts[0]?.alert_id).toBe(gotOf('alert.raised')[0]?.data['alert_id']);
    await api.write('PUT', '/v1/orgs/acme/alerts/read', { position: list.position }, ANN);
    expect(await alerts(ANN)).toMatchObject({ unread: 0, alerts: [{ unread: false }] });
    // Read by ann alone.
    expect(await alerts(BOB)).toMatchObject({ unread: 1 });
  },
  TIMEOUT_MS,
);

it(
  'a delivery that fails is tried again under the same id, and what became of it is in the log',
  async () => {
    receiver.answer = 503;
    const { body } = await api.write('POST', `${DESTINATION}/test`, {}, ANN);
    const { delivery_id } = Object(body);
    await until('it was tried', () => gotOf('test').length === 1);
    receiver.answer = 200;
    await until('it is delivered', async () => (await deliveries())[0]?.state === 'delivered');
    expect(gotOf('test').map(({ id }) => id)).toEqual([delivery_id, delivery_id]);
    expect((await deliveries())[0]).toMatchObject({
      delivery_id,
      attempts: [{ status: 503 }, { status: 200 }],
    });
  },
  TIMEOUT_MS,
);

it(
  'a process that is killed within an attempt loses nothing: the next one makes it again',
  async () => {
    receiver.answer = 'nothing';
    const before = gotOf('test').length;
    const { body } = await api.write('POST', `${DESTINATION}/test`, {}, ANN);
    const { delivery_id } = Object(body);
    await until('it is being tried', () => gotOf('test').length === before + 1);
    await running.kill();
    receiver.answer = 204;
    running = start();
    await until('it is delivered', async () => (await deliveries())[0]?.state === 'delivered');
    const own = gotOf('test').filter(({ id }) => id === delivery_id);
    expect(own.length).toBeGreaterThanOrEqual(2);
    expect((await deliveries())[0]).toMatchObject({ delivery_id, state: 'delivered' });
    // What was delivered before it was killed is not delivered again.
    expect(gotOf('alert.raised')).toHaveLength(1);
  },
  TIMEOUT_MS,
);

it(
  'a process that was killed before it had recorded how far it came delivers nothing twice',
  async () => {
    await running.kill();
    await api.clickhouse.command({
      query: `ALTER TABLE alert_progress DELETE WHERE name = 'deliveries' SETTINGS mutations_sync = 2`,
    });
    const before = receiver.got.length;
    running = start();
    const { body } = await api.write('POST', `${DESTINATION}/test`, {}, ANN);
    const { delivery_id } = Object(body);
    await until('the next one is delivered', () => receiver.got.some(({ id }) => id === delivery_id));
    expect(receiver.got).toHaveLength(before + 1);
    await until('its position is recorded', async () =>
      Boolean((await readPositions(api.clickhouse)).deliveries),
    );
  },
  TIMEOUT_MS,
);

it(
  'a rotated secret signs beside the one before, and a delivery can be made again',
  async () => {
    const before = await api.read(Secret, `${DESTINATION}/secret`, ANN);
    expect(before.previous_secret).toBeNull();
    const { body } = await api.write('POST', `${DESTINATION}/secret`, {}, ANN);
    const { secret, previous_secret } = Object(body);
    expect([previous_secret, secret === before.secret]).toEqual([before.secret, false]);
    const raised = (await deliveries()).find(({ event }) => event === 'alert.raised');
    await api.write('POST', `/v1/orgs/acme/alert-deliveries/${raised?.delivery_id}/replay`, {}, ANN);
    await until('it has come again', () => gotOf('alert.raised').length === 2);
    const [first, again] = gotOf('alert.raised');
    expect([again?.id, again?.data]).toEqual([first?.id, first?.data]);
    expect([again?.isSignedBy(secret), again?.isSignedBy(before.secret)]).toEqual([true, true]);
  },
  TIMEOUT_MS,
);

it(
  'a receiver that wants nothing more (410) is disabled, with its reason and an alert, until it is enabled again',
  async () => {
    receiver.answer = 410;
    await api.write('POST', `${DESTINATION}/test`, {}, ANN);
    const Disabled = Type.Object({
      destinations: Type.Array(
        Type.Object({
          is_enabled: Type.Boolean(),
          disabled_reason: Type.Union([Type.String(), Type.Null()]),
          recorded_by: Type.String(),
        }),
      ),
    });
    const destinations = async () =>
      (await api.read(Disabled, '/v1/orgs/acme/alert-destinations', ANN)).destinations;
    await until('it is disabled', async () => (await destinations())[0]?.is_enabled === false);
    expect(await destinations()).toMatchObject([
      {
        is_enabled: false,
        disabled_reason: 'the receiver wants nothing more (HTTP 410)',
        recorded_by: 'api-credits alerts',
      },
    ]);
    const open = async () =>
      (await alerts(ANN)).alerts.filter(({ resolved_at }) => resolved_at === null).length;
    await until('an alert says so', async () => (await open()) === 2);
    receiver.answer = 204;
    const body = { type: 'webhook', url: receiver.url, events: ['alert.raised', 'alert.resolved'] };
    await api.write('PUT', DESTINATION, body, ANN);
    await until('it is resolved', async () => (await open()) === 1);
    await until('the receiver gets that', () => gotOf('alert.resolved').length === 1);
    expect((await api.send(DESTINATION, { method: 'DELETE', claims: ANN })).body).toMatchObject({
      destinations: [],
    });
    expect(await destinations()).toEqual([]);
  },
  TIMEOUT_MS,
);

describe('what cannot be', () => {
  it.each([
    ['PUT', DESTINATION, { type: 'webhook', events: ['alert.raised'] }, '#/url'],
    [
      'PUT',
      DESTINATION,
      { type: 'email', url: 'https://x.example/', to: ['a@b.c'], events: ['alert.raised'] },
      '#/url',
    ],
    ['PUT', DESTINATION, { type: 'email', to: ['nobody'], events: ['alert.raised'] }, '#/to/0'],
    ['PUT', DESTINATION, { type: 'webhook', url: 'ftp://x.example', events: ['alert.raised'] }, '#/url'],
    [
      'PUT',
      '/v1/orgs/acme/alert-rules',
      { rules: [{ rule_id: 'a', kind: 'total-share' }] },
      '#/rules/0/percent',
    ],
  ] as const)('%s %s %j is a 400 that names the place', async (method, path, body, pointer) => {
    const { status, body: answer } = await api.send(path, { method, body, claims: ANN });
    expect([status, answer]).toMatchObject([400, { type: 'invalid-request', errors: [{ pointer }] }]);
  });

  it.each([
    ['POST', '/v1/orgs/acme/alert-destinations/none/test'],
    ['GET', '/v1/orgs/acme/alert-destinations/none/secret'],
    ['POST', `/v1/orgs/acme/alert-deliveries/msg_${'0'.repeat(32)}/replay`],
  ])('%s %s is a 404', async (method, path) => {
    const { status } = await api.send(path, { method, claims: ANN, ...(method === 'POST' && { body: {} }) });
    expect(status).toBe(404);
  });
});

it('the rules of an organisation are the defaults until it sets its own, and again when it takes them back', async () => {
  const path = '/v1/orgs/acme/alert-rules';
  const defaults = { is_default: true, rules: [{ rule_id: 'total-80' }], recorded_by: 'petra' };
  expect((await api.get(path, ANN)).body).toMatchObject(defaults);
  const rules = [{ rule_id: 'soon', kind: 'exhaustion', hours: 2 }];
  const set = await api.write('PUT', path, { rules, reason: 'we want to know early' }, BOB);
  expect(set.body).toMatchObject({
    is_default: false,
    rules,
    recorded_by: 'bob',
    reason: 'we want to know early',
  });
  expect((await api.write('PUT', path, { rules: null }, ANN)).body).toMatchObject(defaults);
});
