import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { second } from '../../platform/clickhouse/sql-time.ts';
import { calendarOf } from '../../domain/calendar/calendar.ts';
import type { Day } from '../../domain/calendar/zone-days.ts';
import type { SettingsState } from '../../domain/settings/state.ts';
import { DAY_MS, HOUR_MS } from '../../schemas/time-units.ts';

/** A day of an organisation that may need a revision: its first one or a further one. */
export interface Candidate {
  readonly orgId: string;
  readonly day: Day;
}

const OrgRow = Type.Object({ org_id: Type.String(), dates: Type.Array(Type.Integer()) });
/** No day is longer: 25 hours, and up to 24 more after a change of time zone. */
export const LONGEST_DAY_MS = 50 * HOUR_MS;

/** The days that ended in (progress.closed, closableUntil], of every organisation with calls in them. */
export async function endedDays(
  client: ClickHouseClient,
  settings: SettingsState,
  progress: { readonly sealed: number; readonly closed: number },
  closableUntil: number,
): Promise<Candidate[]> {
  const orgs = await select(
    client,
    OrgRow,
    `SELECT org_id, groupUniqArray(toUnixTimestamp(toStartOfDay(at)) * 1000) AS dates FROM (
       SELECT org_id, bucket AS at FROM usage_15m
       WHERE bucket >= ${second('from')} AND bucket < ${second('to')}
       UNION ALL
       SELECT org_id, toStartOfHour(occurred_at) AS at FROM call_events
       WHERE toStartOfHour(occurred_at) >= ${second('sealed')}
         AND toStartOfHour(occurred_at) < ${second('to')}
     ) GROUP BY org_id ORDER BY org_id`,
    {
      from: Math.max(0, (progress.closed - LONGEST_DAY_MS) / 1000),
      to: closableUntil / 1000,
      sealed: progress.sealed / 1000,
    },
  );
  const candidates: Candidate[] = [];
  for (const { org_id, dates } of orgs) {
    const history = settings.history(org_id);
    if (!history) continue;
    const calendar = calendarOf(history.timeZone);
    // `dates` are UTC dates with calls: only the local days that overlap one of them can contain these calls.
    const days = new Set(dates.flatMap((date) => calendar.daysBetween(date, date + DAY_MS)));
    for (const day of days) {
      if (day.to > progress.closed && day.to <= closableUntil) candidates.push({ orgId: org_id, day });
    }
  }
  return candidates;
}

/** The closable days that overlap an invalidated hour: they get a further revision where late events changed them. */
export function invalidatedDays(
  settings: SettingsState,
  invalidations: readonly { readonly org_id: string; readonly hour: number }[],
  closableUntil: number,
): Candidate[] {
  const candidates = new Map<string, Candidate>();
  for (const { org_id, hour } of invalidations) {
    const history = settings.history(org_id);
    if (!history) continue;
    for (const day of calendarOf(history.timeZone).daysBetween(hour, hour + HOUR_MS)) {
      if (day.to <= closableUntil) candidates.set(`${org_id} ${day.date}`, { orgId: org_id, day });
    }
  }
  return [...candidates.values()];
}
