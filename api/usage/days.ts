import { zoneCalendar } from '../../domain/calendar/calendar.ts';
import { UnknownTimeZoneError, type Day } from '../../domain/calendar/zone-days.ts';
import type { OrgHistory } from '../../domain/settings/org-history.ts';
import { orgCalendar, timeZoneAt } from '../orgs/subscription.ts';
import { Problem } from '../problems/problem.ts';

/** The whole days that a range touches, ascending, and their time zone. */
export interface DayPlan {
  readonly timeZone: string;
  readonly days: readonly Day[];
}

/**
 * The org's own days, including its changes of time zone, or the days of the given time zone.
 * Throws the Problem `unknown-time-zone` for an unknown time zone.
 */
export function dayPlan(
  org: OrgHistory,
  timeZone: string | undefined,
  { from, to }: { readonly from: number; readonly to: number },
  now: number,
): DayPlan {
  if (timeZone === undefined) {
    return { timeZone: timeZoneAt(org, now), days: orgCalendar(org).daysBetween(from, to) };
  }
  try {
    const days = zoneCalendar(timeZone).daysBetween(from, to);
    return { timeZone, days };
  } catch (error) {
    if (!(error instanceof UnknownTimeZoneError)) throw error;
    const errors = [{ parameter: 'time_zone', detail: error.message }];
    throw new Problem('unknown-time-zone', `time_zone: ${error.message}`, { errors });
  }
}
