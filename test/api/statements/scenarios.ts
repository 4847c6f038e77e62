import type { Claims } from '../../../api/auth/tokens.ts';
import { calendarOf } from '../../../domain/calendar/calendar.ts';
import { nextChargeRecord } from '../../../domain/closing/next-revision.ts';
import type { DailyCharge } from '../../../schemas/daily-charge.ts';
import { createSettingsStore } from '../../../store/settings/store.ts';
import { openApi, type ApiUnderTest } from '../api-under-test.ts';
import { callEvent, insertCharges, insertEvents, insertLanded, insertSettings } from '../tables.ts';

/**
 * Organisations in the situations in which screens and files have disagreed: UTC, billing day 1, at `NOW`. Their
 * charges are closed as the aggregator closes them.
 */
export const NOW = Date.parse('2026-11-22T10:20:30.400Z');
const FREE = { edition: 'free', users: 1, additional_limit: 10_000 };
/** 52,500 included credits: the terms of domain.md's worked figures. */
const WORKED = { edition: 'standard', users: 10, additional_limit: 100_000 };
/** 60,000 included credits. */
const ROOMY = { edition: 'standard', users: 40, additional_limit: 10_000 };

export const adminOf = (org: string): Claims => ({ role: 'admin', sub: 'ann', org });

const at = (text: string): number => Date.parse(text);
/** Organisation, instant, credits. */
const CALLS: readonly (readonly [org: string, at: string, credits: number])[] = [
  ['lowered', '2026-11-22T08:00:00Z', 15_418],
  ['late', '2026-10-30T12:00:00Z', 15_644],
  ['revised', '2026-10-30T12:00:00Z', 9_000],
  ['new', '2026-11-09T12:00:00Z', 9_999],
  ['new', '2026-11-10T12:00:00Z', 7_000],
  ['roomy', '2026-11-20T12:00:00Z', 40_267],
  ['worked', '2026-11-19T12:00:00Z', 132_500],
  ['worked', '2026-11-20T12:00:00Z', 200_000],
];
/** Organisation, day, credits known by then, instant; in the order of the log. */
const CLOSES: readonly (readonly [org: string, day: string, used: number, closedAt: string])[] = [
  ['revised', '2026-10-30', 6_000, '2026-10-31T00:15:00Z'],
  // The statement of October is final on 3 November.
  ['late', '2026-10-30', 15_644, '2026-11-05T00:00:00Z'],
  ['revised', '2026-10-30', 9_000, '2026-11-05T00:00:00Z'],
  ['new', '2026-11-10', 7_000, '2026-11-11T00:15:00Z'],
  ['worked', '2026-11-19', 132_500, '2026-11-20T00:15:00Z'],
  ['roomy', '2026-11-20', 40_267, '2026-11-21T00:15:00Z'],
  ['worked', '2026-11-20', 200_000, '2026-11-21T00:15:00Z'],
];

export async function openScenarios(): Promise<ApiUnderTest> {
  const api = await openApi('scenarios', NOW);
  const orgs = {
    lowered: { ...FREE, additional_limit: 0 },
    late: FREE,
    revised: FREE,
    roomy: ROOMY,
    worked: WORKED,
  };
  await insertSettings(api.clickhouse, [
    ...[...Object.keys(orgs), 'new'].map((org) => ({ org, value: { time_zone: 'UTC', billing_day: 1 } })),
    ...Object.entries(orgs).map(([org, value]) => ({ org, product: 'crm', value })),
    { org: 'new', product: 'crm', value: FREE, from: at('2026-11-10T11:00:00Z') },
    { org: 'lowered', product: 'crm', value: { additional_limit: 20_000 }, from: at('2026-11-22T00:30:00Z') },
    { org: 'lowered', product: 'crm', value: { additional_limit: 0 }, from: at('2026-11-22T09:00:00Z') },
  ]);
  await insertEvents(
    api.clickhouse,
    CALLS.map(([org_id, instant, credits]) => callEvent({ org_id, occurred_at: at(instant), credits })),
  );
  await insertCharges(api.clickhouse, await closes(api));
  for (const topic of ['api-calls', 'settings', 'daily-charges']) {
    await insertLanded(api.clickhouse, topic, { until: NOW, observedAt: NOW, isCaughtUp: true });
  }
  return api;
}

async function closes(api: ApiUnderTest): Promise<DailyCharge[]> {
  const state = await createSettingsStore(api.clickhouse, 'none').refresh();
  const records: DailyCharge[] = [];
  for (const [orgId, date, credits, closedAt] of CLOSES) {
    const history = state.history(orgId);
    const day = history && calendarOf(history.timeZone).dayByDate(date);
    const last = records.findLast((record) => record.org_id === orgId && record.day === date);
    const usage = { orgId, product: 'crm', calls: 1, credits };
    const record =
      history && day && nextChargeRecord(state.catalogues, history, day, usage, last, at(closedAt));
    if (!record) throw new Error(`${orgId} ${date} needs no revision`);
    records.push(record);
  }
  return records;
}
