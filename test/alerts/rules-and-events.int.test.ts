import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { floorTo } from '../../domain/instants.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../schemas/time-units.ts';
import { readDeliveries } from '../../store/alerts/deliveries.ts';
import { readAlerts } from '../../store/alerts/list.ts';
import { factsOf } from '../../store/alerts/log.ts';
import { advance } from '../../store/alerts/progress.ts';
import { readProgress } from '../../store/progress/aggregator-progress.ts';
import { callEvent, insertEvents } from '../api/tables.ts';
import { until } from '../until.ts';
import { openAlertingStack, type AlertingStack } from './alerting-stack.ts';
import { openReceiver, type Receiver } from './receiver.ts';

/** What needs closed days, sealed hours or the passing of a day. Two organisations: acme is billed, odd has hours. */
const NOW = Date.now();
const LONG_AGO = NOW - 100 * DAY_MS;
const CLOSED_DAY = floorTo(NOW, DAY_MS) - 2 * DAY_MS;
/** Hours before it are sealed once the aggregator has worked. */
const SEALED = floorTo(NOW - 2 * MINUTE_MS, HOUR_MS);
/** So that the closed day is in the current period. */
const BILLING_DAY = Math.min(28, new Date(NOW - 6 * DAY_MS).getUTCDate());
const TIMEOUT_MS = 120_000;

let stack: AlertingStack;
let receiver: Receiver;
let other: Receiver;

beforeAll(async () => {
  [receiver, other] = [await openReceiver(), await openReceiver()];
  stack = await openAlertingStack('alerting');
  const { client } = stack.pipeline;
  await recordSettings();
  await insertEvents(client, CALLS);
  // Charges and changes of settings are followed from here on, and hours from three before the last sealed one.
  await advance(client, 'hours', SEALED - 3 * HOUR_MS);
  await stack.worker.tick();
  await stack.pipeline.start('aggregator');
  await stack.pipeline.start('api');
}, TIMEOUT_MS);
afterAll(async () => {
  await stack.close();
  await Promise.all([receiver.close(), other.close()]);
});

async function recordSettings(): Promise<void> {
  const at = LONG_AGO;
  await stack.change('alert-defaults', '', { rules: [], platform_rules: [] }, { at });
  for (const org of ['acme', 'odd']) {
    await stack.change('new-org', org, { time_zone: 'UTC', billing_day: BILLING_DAY }, { at });
    const terms = { edition: 'free', users: 1, additional_limit: 100_000 };
    await stack.change('subscription', org, terms, { product: 'crm', at });
  }
  const rule = { rule_id: 'odd-hour', kind: 'unusual-hour', percent: 200, credits: 100 };
  await stack.change('alert-rules', 'odd', { rules: [rule] }, { product: 'crm', at });
  const events = ['day.closed', 'statement.final', 'limit.changed'];
  await stack.change('alert-destination', 'acme', webhook('ops', receiver, events), { at });
  await stack.change('alert-destination', 'acme', webhook('other', other, ['alert.raised']), { at });
}

const webhook = (destination_id: string, { url }: Receiver, events: readonly string[]) => ({
  destination_id,
  type: 'webhook',
  url,
  events,
  is_enabled: true,
  disabled_reason: '',
  generation: 1,
  rotated_at: 0,
  is_removed: false,
});

const inHour = (start: number, credits: number, user_id = 'ann') =>
  callEvent({ org_id: 'odd', occurred_at: start + MINUTE_MS, credits, user_id });
const hoursBefore = (hours: number): number => SEALED - hours * HOUR_MS;
const CALLS = [
  callEvent({ org_id: 'acme', occurred_at: CLOSED_DAY + 12 * HOUR_MS, credits: 55_000 }),
  inHour(hoursBefore(3), 1_000, 'eve'),
  inHour(hoursBefore(2), 100),
  inHour(hoursBefore(1), 1_200, 'eve'),
  // What is usual in each of them.
  ...[3, 2, 1].flatMap((hours) =>
    [1, 2, 3, 4].map((weeks) => inHour(hoursBefore(hours) - weeks * 7 * DAY_MS, 100)),
  ),
];

const gotOf = ({ got }: Receiver, type: string) => got.filter((each) => each.type === type);
const alertsOf = async (orgId: string) =>
  (await readAlerts(stack.pipeline.client, { orgId, isOpenOnly: false, limit: 100 })).map(
    ({ rule_id, value, resolved_at }) => ({ rule_id, facts: factsOf(value), isOpen: resolved_at === 0 }),
  );
const clock = (instant: number): string => new Date(instant).toISOString().slice(11, 16);

const Amount = Type.Object({ amount: Type.String() });
const Billing = Type.Object({ accrued: Amount, projected: Amount, days_closed: Type.Integer() });
const SUPER_ADMIN = { role: 'super_admin', sub: 'ann', org: 'acme' } as const;
const billing = async () =>
  Value.Parse(Billing, await stack.pipeline.get('/v1/orgs/acme/billing?product=crm', SUPER_ADMIN));
const above = (amount: string): string => String(Number(amount) + 0.01);

/** What became of the test of the destination ops. */
const tested = async () =>
  (await readDeliveries(stack.pipeline.client, { orgId: 'acme', destinationId: 'ops', limit: 100 })).find(
    ({ event }) => event === 'test',
  );

it(
  'a day that is closed and a statement that is final are delivered',
  async () => {
    await stack.tickUntil('the day has come', () => gotOf(receiver, 'day.closed').length > 0);
    expect(gotOf(receiver, 'day.closed')).toMatchObject([
      {
        data: {
          org_id: 'acme',
          product: 'crm',
          day: new Date(CLOSED_DAY).toISOString().slice(0, 10),
          revision: 1,
          used: 55_000,
          included: 5_000,
          billed_credits: 50_000,
        },
      },
    ]);
    await stack.tickUntil('a statement has come', () => gotOf(receiver, 'statement.final').length > 0);
    const periods = gotOf(receiver, 'statement.final').map(({ data }) => JSON.stringify(data['period']));
    expect(new Set(periods).size).toBe(periods.length);
    for (const period of periods) {
      const { from, to } = JSON.parse(period);
      expect(new Date(from).getUTCDate()).toBe(BILLING_DAY);
      expect(Date.parse(to) + 2 * DAY_MS).toBeLessThanOrEqual(Date.now());
    }
  },
  TIMEOUT_MS,
);

it(
  'accrued and projected amounts are alerts from exactly the figures of /billing on',
  async () => {
    await until('the bill has the closed day', async () => (await billing()).days_closed > 0);
    const { accrued, projected } = await billing();
    expect(Number(projected.amount)).toBeGreaterThan(Number(accrued.amount));
    const rules = [
      { rule_id: 'accrued', kind: 'accrued-amount', amount: accrued.amount },
      { rule_id: 'accrued-more', kind: 'accrued-amount', amount: above(accrued.amount) },
      { rule_id: 'projected', kind: 'projected-amount', amount: projected.amount },
      { rule_id: 'projected-more', kind: 'projected-amount', amount: above(projected.amount) },
    ];
    await stack.change('alert-rules', 'acme', { rules }, { product: 'crm', at: Date.now() });
    await stack.tickUntil('both are raised', async () => (await alertsOf('acme')).length >= 2);
    await stack.worker.tick();
    expect(
      (await alertsOf('acme')).map(({ rule_id, facts: { value, unit }, isOpen }) => ({
        rule_id,
        value,
        unit,
        isOpen,
      })),
    ).toEqual(
      expect.arrayContaining([
        { rule_id: 'accrued', value: accrued.amount, unit: 'USD', isOpen: true },
        { rule_id: 'projected', value: projected.amount, unit: 'USD', isOpen: true },
      ]),
    );
    expect(await alertsOf('acme')).toHaveLength(2);
  },
  TIMEOUT_MS,
);

it(
  'each sealed hour is compared with the same hour of past weeks, also those that were sealed while no one decided',
  async () => {
    const { client } = stack.pipeline;
    await until('the hours are sealed', async () => (await readProgress(client)).sealed >= SEALED);
    const phases = async () =>
      (await alertsOf('odd')).flatMap(({ isOpen }) => (isOpen ? ['raised'] : ['raised', 'resolved']));
    await stack.tickUntil('all three are decided', async () => (await phases()).length >= 3);
    const [last, first] = await alertsOf('odd');
    expect(first?.facts).toMatchObject({
      value: '1000',
      unit: 'credits',
      message:
        `From ${clock(SEALED - 3 * HOUR_MS)} to ${clock(SEALED - 2 * HOUR_MS)} UTC 1,000 credits were used, usually 100. ` +
        'Mainly the user eve: 1,000, usually 0.',
    });
    expect(first?.isOpen).toBe(false);
    expect(last?.facts).toMatchObject({ value: '1200' });
  },
  TIMEOUT_MS,
);

it(
  'a changed limit is delivered, once, and a rejected change is not',
  async () => {
    const limit = { additional_limit: 120_000 };
    await stack.change('subscription', 'acme', limit, { product: 'crm', at: Date.now() });
    await stack.tickUntil('it has come', () => gotOf(receiver, 'limit.changed').length > 0);
    await stack.worker.tick();
    expect(gotOf(receiver, 'limit.changed')).toMatchObject([
      {
        data: {
          org_id: 'acme',
          product: 'crm',
          additional_limit: 120_000,
          recorded_by: 'ann',
          reason: 'a test',
        },
      },
    ]);
  },
  TIMEOUT_MS,
);

it(
  'a record right after its destination is delivered, whatever was known when the tick began',
  async () => {
    const { settings: before, erasedAt } = await stack.worker.decider.tick();
    await stack.change('alert-destination', 'acme', webhook('late', other, ['day.closed']), {
      at: Date.now(),
    });
    await stack.appendTest('acme', 'late');
    await stack.worker.deliverer.step({ settings: before, alertsEnd: Number.MAX_SAFE_INTEGER, erasedAt });
    await until('it has come', () => gotOf(other, 'test').length > 0);
    expect(gotOf(other, 'test')).toMatchObject([{ data: { org_id: 'acme' } }]);
  },
  TIMEOUT_MS,
);

it(
  'a destination that takes nothing for a day is disabled, and another one is sent the alert about it',
  async () => {
    receiver.answer = 503;
    await stack.appendTest('acme', 'ops');
    await stack.tickUntil('it is tried', async () => ((await tested())?.attempts.length ?? 0) > 0);
    let aheadMs = 0;
    for (let attempts = 1; (await tested())?.outcome === 'retried'; attempts += 1) {
      expect(gotOf(receiver, 'test')).toHaveLength(attempts);
      // Longer than the longest pause.
      aheadMs = stack.advanceDeliveries(2.2 * HOUR_MS);
      await stack.tickUntil(
        'it is tried again',
        async () => ((await tested())?.attempts.length ?? 0) > attempts,
      );
    }
    expect(await tested()).toMatchObject({ outcome: 'failed' });
    expect(aheadMs).toBeGreaterThan(DAY_MS);
    expect(gotOf(receiver, 'test').length).toBeGreaterThanOrEqual(10);
    expect(new Set(gotOf(receiver, 'test').map(({ id }) => id)).size).toBe(1);
    const ofOps = () =>
      gotOf(other, 'alert.raised').filter(({ data }) => data['rule_id'] === 'destination-disabled');
    await stack.tickUntil('the other one is sent it', () => ofOps().length > 0);
    expect(ofOps()).toMatchObject([
      {
        data: {
          subject: 'ops',
          message: 'The destination ops was disabled: deliveries have failed for a day (HTTP 503)',
        },
      },
    ]);
    // What comes now is not sent to it.
    const sent = receiver.got.length;
    await stack.change(
      'subscription',
      'acme',
      { additional_limit: 90_000 },
      { product: 'crm', at: Date.now() },
    );
    await stack.worker.tick();
    await stack.worker.tick();
    expect(receiver.got).toHaveLength(sent);
  },
  TIMEOUT_MS,
);
