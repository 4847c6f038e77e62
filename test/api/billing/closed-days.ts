import { nextChargeRecord } from '../../../aggregator/closing/charge-record.ts';
import { calendarOf } from '../../../aggregator/calendar/calendar.ts';
import { createSettingsStore } from '../../../aggregator/settings/store.ts';
import type { ClickHouseClient } from '../../../deploy/clickhouse.ts';
import type { DailyCharge } from '../../../schemas/daily-charge.ts';

/** The days of the organisation rome, in Europe/Rome with the billing day 5, as events and as the log of charges. */

/** What each day used, by instant: 5,000 credits are included, 10,000 may be used beyond them. */
export const USED: readonly (readonly [at: string, credits: number])[] = [
  ['2026-10-24T10:00:00Z', 12_036],
  // The first and the last instant of Rome's day of 25 hours.
  ['2026-10-24T22:00:00.000Z', 6_000],
  ['2026-10-25T22:59:59.999Z', 2_500],
  ['2026-10-26T10:00:00Z', 8_000],
  ['2026-11-20T10:00:00Z', 20_000],
  ['2026-11-21T10:00:00Z', 6_000],
  ['2026-11-22T10:00:00Z', 5_500],
];
/** The closes, in log order: day, what was used by then, when. The statement of [10-05, 11-05) is final at 11-06T23. */
const CLOSES: readonly (readonly [day: string, used: number, closedAt: string])[] = [
  ['2026-10-24', 12_036, '2026-10-25T00:15:00Z'],
  ['2026-10-25', 7_000, '2026-10-25T23:15:00Z'],
  ['2026-10-25', 7_500, '2026-11-06T22:59:59.999Z'],
  ['2026-10-25', 8_500, '2026-11-06T23:00:00Z'],
  ['2026-10-26', 8_000, '2026-11-12T08:00:00Z'],
  ['2026-11-20', 20_000, '2026-11-20T23:15:00Z'],
];

/** The log as an aggregator writes it, by the same pure functions. */
export async function closesOf(client: ClickHouseClient): Promise<DailyCharge[]> {
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
