import { nextChargeRecord } from '../../../domain/closing/next-revision.ts';
import { calendarOf } from '../../../domain/calendar/calendar.ts';
import { createSettingsStore } from '../../../store/settings/store.ts';
import type { ClickHouseClient } from '../../../platform/clickhouse/connect.ts';
import type { Claims } from '../../../api/auth/tokens.ts';
import type { DailyCharge } from '../../../schemas/daily-charge.ts';
import { openApi, type ApiUnderTest } from '../api-under-test.ts';
import { callEvent, insertCharges, insertEvents, insertLanded, insertSettings } from '../tables.ts';

/** The days of the organisation rome, in Europe/Rome with billing day 5, as events and as the log of charges. */

export const NOW = Date.parse('2026-11-22T10:20:30.400Z');
export const ADMIN: Claims = { role: 'admin', sub: 'ann', org: 'rome' };
export const TERMS = { edition: 'free', users: 1, additional_limit: 10_000 };

/** The usage of each day, by instant: 5,000 credits are included, the additional limit is 10,000. */
const USED: readonly (readonly [at: string, credits: number])[] = [
  ['2026-10-24T10:00:00Z', 12_036],
  // The first and the last instant of Rome's day of 25 hours.
  ['2026-10-24T22:00:00.000Z', 6_000],
  ['2026-10-25T22:59:59.999Z', 2_500],
  ['2026-10-26T10:00:00Z', 8_000],
  ['2026-11-20T10:00:00Z', 20_000],
  ['2026-11-21T10:00:00Z', 6_000],
  ['2026-11-22T10:00:00Z', 5_500],
];
/** The closes in log order: day, usage so far, instant. The statement of [10-05, 11-05) is final at 11-06T23. */
const CLOSES: readonly (readonly [day: string, used: number, closedAt: string])[] = [
  ['2026-10-24', 12_036, '2026-10-25T00:15:00Z'],
  ['2026-10-25', 7_000, '2026-10-25T23:15:00Z'],
  ['2026-10-25', 7_500, '2026-11-06T22:59:59.999Z'],
  ['2026-10-25', 8_500, '2026-11-06T23:00:00Z'],
  ['2026-10-26', 8_000, '2026-11-12T08:00:00Z'],
  ['2026-11-20', 20_000, '2026-11-20T23:15:00Z'],
];

/** The API at `NOW` with rome's days, and with records that do not belong to them; and the expected charges. */
export async function openRome(suite: string): Promise<{ api: ApiUnderTest; charges: DailyCharge[] }> {
  const api = await openApi(suite, NOW);
  await insertSettings(api.clickhouse, [
    { org: 'rome', value: { time_zone: 'Europe/Rome', billing_day: 5 } },
    { org: 'rome', product: 'crm', value: TERMS },
  ]);
  await insertEvents(
    api.clickhouse,
    USED.flatMap(([at, credits]) => [
      callEvent({ org_id: 'rome', occurred_at: Date.parse(at), credits }),
      callEvent({ org_id: 'rome', occurred_at: Date.parse(at), credits, product: 'bigin' }),
      callEvent({ org_id: 'other', occurred_at: Date.parse(at), credits }),
    ]),
  );
  const charges = await closesOf(api.clickhouse);
  await insertCharges(api.clickhouse, charges);
  // A second record of a revision, another org's and another product's.
  await insertCharges(
    api.clickhouse,
    charges.flatMap((charge) => [
      { ...charge, billed_credits: 1, amount: '99', delta_credits: 1, delta_amount: '99' },
      { ...charge, org_id: 'other' },
      { ...charge, product: 'bigin' },
    ]),
  );
  for (const topic of ['api-calls', 'settings', 'daily-charges']) {
    await insertLanded(api.clickhouse, topic, { until: NOW, observedAt: NOW, isCaughtUp: true });
  }
  return { api, charges };
}

/** The log as the aggregator writes it, from the same pure functions. */
async function closesOf(client: ClickHouseClient): Promise<DailyCharge[]> {
  const state = await createSettingsStore(client, 'none').refresh();
  const history = state.history('rome');
  if (!history) throw new Error('rome is not known');
  const records: DailyCharge[] = [];
  for (const [date, credits, closedAt] of CLOSES) {
    const day = calendarOf(history.timeZone).dayByDate(date);
    const last = records.findLast((record) => record.day === date);
    const usage = { orgId: 'rome', product: 'crm', calls: 1, credits };
    const record = day && nextChargeRecord(state.catalogues, history, day, usage, last, Date.parse(closedAt));
    if (!record) throw new Error(`${date} needs no revision`);
    records.push(record);
  }
  return records;
}
