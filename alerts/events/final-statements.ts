import {
  billingPeriodsOf,
  finalAt,
  periodsBefore,
  type Period,
} from '../../domain/calendar/billing-periods.ts';
import { calendarOf } from '../../domain/calendar/calendar.ts';
import { UnknownTimeZoneError } from '../../domain/calendar/zone-days.ts';
import type { OrgHistory } from '../../domain/settings/org-history.ts';
import type { SettingsState } from '../../domain/settings/state.ts';
import { inEffectAt } from '../../domain/versions.ts';
import type { LogRecord } from '../../platform/landed-log.ts';
import { eventRecord, wanting } from './wanting.ts';

/** A statement becomes final two days after its period: of the last two periods one may just have. */
const PERIODS = 2;

/**
 * The events of statements that have become final since someone wants to know.
 * @param orgIds organisations that may have a destination
 * @param chargesUntil every charge that was appended before this instant has landed, epoch milliseconds
 */
export function finalStatements(
  settings: SettingsState,
  orgIds: Iterable<string>,
  chargesUntil: number,
): LogRecord[] {
  return [...orgIds].flatMap((orgId) => {
    const since = Math.min(
      ...wanting(settings, orgId, 'statement.final').map(({ version }) => version.recordedAt),
    );
    const org = settings.history(orgId);
    if (org === undefined || since === Infinity) return [];
    const final = lastPeriods(org, chargesUntil).filter((period) => {
      const at = finalAt(period);
      return at <= chargesUntil && at >= since;
    });
    return final.flatMap(({ from, to, toInstant }) =>
      org.subscriptions
        .filter(({ versions }) => inEffectAt(versions, toInstant - 1) !== undefined)
        .map(({ product }) =>
          eventRecord('statement.final', { orgId, product }, [from, to], { period: { from, to } }),
        ),
    );
  });
}

function lastPeriods({ timeZone, billingDay }: OrgHistory, instant: number): Period[] {
  try {
    return periodsBefore(billingPeriodsOf(calendarOf(timeZone), billingDay), instant, PERIODS);
  } catch (error) {
    // It has no days, and no statements, until its time zone is set.
    if (error instanceof UnknownTimeZoneError) return [];
    throw error;
  }
}
