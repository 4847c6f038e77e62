import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { second } from '../../platform/clickhouse/sql-time.ts';
import { calendarOf, type Calendar } from '../../domain/calendar/calendar.ts';
import type { Day } from '../../domain/calendar/zone-days.ts';
import type { SettingsState } from '../../domain/settings/state.ts';
import type { Failure } from '../progress/set-aside.ts';
import { DAY_MS, HOUR_MS } from '../../schemas/time-units.ts';

/** A day of an organisation that may need a revision: its first one or a further one. */
export interface Candidate {
  readonly orgId: string;
  readonly day: Day;
}

const OrgRow = Type.Object({ org_id: Type.String(), dates: Type.Array(Type.Integer()) });
/** No day is longer: 25 hours, and up to 24 more after a change of time zone. */
export const LONGEST_DAY_MS = 50 * HOUR_MS;

/** The days found, and the organisations whose days cannot be computed: they must not hold up the others. */
export interface DaysToClose {
  readonly candidates: readonly Candidate[];
  readonly failures: readonly Failure[];
}

/**
 * The days that ended in (progress.closed, closableUntil], of every organisation with calls in them.
 * @param owed where given, only these organisations, each with the instant that its own closing has reached
 */
export async function endedDays(
  client: ClickHouseClient,
  settings: SettingsState,
  progress: { readonly sealed: number; readonly closed: number },
  closableUntil: number,
  owed?: ReadonlyMap<string, number>,
): Promise<DaysToClose> {
  const from = owed === undefined ? progress.closed : Math.min(...owed.values());
  const orgs = await select(
    client,
    OrgRow,
    `SELECT org_id, groupUniqArray(toUnixTimestamp(toStartOfDay(at)) * 1000) AS dates FROM (
       SELECT org_id, bucket AS at FROM usage_15m
       WHERE bucket >= ${second('from')} AND bucket < ${second('to')} ${only(owed)}
       UNION ALL
       SELECT org_id, toStartOfHour(occurred_at) AS at FROM call_events
       WHERE toStartOfHour(occurred_at) >= ${second('sealed')}
         AND toStartOfHour(occurred_at) < ${second('to')} ${only(owed)}
     ) GROUP BY org_id ORDER BY org_id`,
    {
      from: Math.max(0, Math.floor((from - LONGEST_DAY_MS) / 1000)),
      to: closableUntil / 1000,
      sealed: progress.sealed / 1000,
      ...(owed && { orgs: [...owed.keys()] }),
    },
  );
  return daysOfEach(settings, orgs, ({ org_id, dates }, calendar) => {
    const closed = owed?.get(org_id) ?? progress.closed;
    return {
      daysFrom: closed,
      // `dates` are UTC dates with calls: only the local days that overlap one of them can contain these calls.
      find: () =>
        dates
          .flatMap((date) => calendar().daysBetween(date, date + DAY_MS))
          .filter((day) => day.to > closed && day.to <= closableUntil),
    };
  });
}

const only = (owed: unknown): string => (owed === undefined ? '' : 'AND org_id IN {orgs:Array(String)}');

/** The closable days that overlap an invalidated hour: they get a further revision where late events changed them. */
export function invalidatedDays(
  settings: SettingsState,
  invalidations: readonly { readonly org_id: string; readonly hour: number }[],
  closableUntil: number,
): DaysToClose {
  return daysOfEach(settings, invalidations, ({ hour }, calendar) => ({
    daysFrom: hour,
    find: () =>
      calendar()
        .daysBetween(hour, hour + HOUR_MS)
        .filter((day) => day.to <= closableUntil),
  }));
}

/** Finds the days of each row's organisation, each day once. Organisations without settings have none. */
function daysOfEach<Row extends { readonly org_id: string }>(
  settings: SettingsState,
  rows: readonly Row[],
  daysOf: (
    row: Row,
    calendar: () => Calendar,
  ) => { readonly daysFrom: number; readonly find: () => readonly Day[] },
): DaysToClose {
  const candidates = new Map<string, Candidate>();
  const failures: Failure[] = [];
  for (const row of rows) {
    const orgId = row.org_id;
    const history = settings.history(orgId);
    if (!history) continue;
    const { daysFrom, find } = daysOf(row, () => calendarOf(history.timeZone));
    try {
      for (const day of find()) candidates.set(`${orgId} ${day.date}`, { orgId, day });
    } catch (error) {
      failures.push({ orgId, step: 'days', error, daysFrom });
    }
  }
  return { candidates: [...candidates.values()], failures };
}
