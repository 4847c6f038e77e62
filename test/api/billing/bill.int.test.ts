import { nextChargeRecord } from '../../../aggregator/closing/charge-record.ts';
import { calendarOf } from '../../../aggregator/calendar/calendar.ts';
import { createSettingsStore } from '../../../aggregator/settings/store.ts';
import { readBill } from '../../../api/billing/bill.ts';
import { readStatement } from '../../../api/billing/statement.ts';
import { connectClickHouse, type ClickHouseClient } from '../../../deploy/clickhouse.ts';
import { migrate } from '../../../deploy/migrate.ts';
import type { DailyCharge } from '../../../schemas/daily-charge.ts';
import { canonical } from '../../../schemas/money.ts';
import { topicNames } from '../../../schemas/topics.ts';
import { openNamespace } from '../../servers/namespace.ts';
import { callEvent, insertCharges, insertEvents, insertLanded, insertSettings } from '../tables.ts';

const NOW = Date.parse('2026-11-22T10:20:30.400Z');
const USED = [
  ['2026-10-25T10:00:00Z', 8_500],
  ['2026-11-20T10:00:00Z', 20_000],
  ['2026-11-21T10:00:00Z', 6_000],
  ['2026-11-22T10:00:00Z', 5_500],
] as const;
/** October's statement is final at 2026-11-06T23:00Z: what comes later is an adjustment in November's. */
const CLOSES = [
  ['2026-10-25', 7_500, '2026-10-25T23:15:00Z'],
  ['2026-10-25', 8_500, '2026-11-06T23:00:00Z'],
  ['2026-11-20', 20_000, '2026-11-20T23:15:00Z'],
] as const;

const namespace = openNamespace('bill');
let client: ClickHouseClient;
beforeAll(async () => {
  await migrate(namespace.settings);
  client = connectClickHouse(namespace.settings, 'bill test');
});
afterAll(async () => {
  await client.close();
  await namespace.drop();
});

it('bills today, closed and ended days and late differences, and projects what is left of the period', async () => {
  await insertSettings(client, [
    { org: 'rome', value: { time_zone: 'Europe/Rome', billing_day: 5 } },
    { org: 'rome', product: 'crm', value: { edition: 'free', users: 1, additional_limit: 10_000 } },
  ]);
  const settings = createSettingsStore(client, 'none');
  const state = await settings.refresh();
  const org = state.history('rome');
  const subscription = org?.subscriptions[0];
  if (!org || !subscription) throw new Error('rome is not known');
  await insertEvents(
    client,
    USED.map(([at, credits]) => callEvent({ org_id: 'rome', occurred_at: Date.parse(at), credits })),
  );
  const records: DailyCharge[] = [];
  for (const [date, credits, closedAt] of CLOSES) {
    const day = calendarOf(org.timeZone).dayFrom(date);
    const usage = { orgId: 'rome', product: 'crm', calls: 1, credits };
    const last = records.findLast((record) => record.day === date);
    const record = nextChargeRecord(state.catalogues, org, day, usage, last, Date.parse(closedAt));
    if (record) records.push(record);
  }
  await insertCharges(client, records);
  await insertLanded(client, 'api-calls', { until: NOW, observedAt: NOW, isLevel: true });

  const sources = {
    now: () => NOW,
    clickhouse: client,
    settings,
    topics: topicNames(),
    timing: { sealDelayMs: 60_000, graceMs: 900_000 },
  };
  const request = { org, subscription, catalogues: state.catalogues };
  const bill = await readBill(sources, request);
  expect(bill).toMatchObject({
    currency: 'USD',
    period: { from: '2026-11-05', to: '2026-12-05' },
    daysClosed: 16,
  });
  // 10,000 (limit) + 1,000 + 500 of the days, 1,000 of 25 October.
  expect([bill.accrued.credits, canonical(bill.accrued.amount)]).toEqual([12_500, '1.75']);
  // 12 days are left; the 16 closed ones billed 10,000 together.
  expect([bill.projected.credits, canonical(bill.projected.amount)]).toEqual([20_000, '2.8']);
  expect(bill.adjustments.map(({ day, revision, delta_credits }) => [day, revision, delta_credits])).toEqual([
    ['2026-10-25', 2, 1_000],
  ]);
  const statement = await readStatement(sources, { ...request, from: '2026-11-05', to: '2026-11-23' });
  expect(statement.total).toEqual(bill.accrued);
});
