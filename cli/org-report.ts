import type { OrgHistory, Versions } from '../domain/settings/org-history.ts';
import { formatInstant } from '../domain/instants.ts';
import { inEffectAt } from '../domain/versions.ts';
import { billingPeriodsOf } from '../domain/calendar/billing-periods.ts';
import { assumedTermsText } from '../domain/settings/sample-subscription.ts';
import { printableLine } from '../platform/printable-text.ts';
import { calendarOf } from '../domain/calendar/calendar.ts';
import { UnknownTimeZoneError } from '../domain/calendar/zone-days.ts';
import type { Outcome } from '../domain/settings/outcome.ts';
import type { SettingsState } from '../domain/settings/state.ts';
import { count } from './table.ts';

/**
 * The settings of an organisation as text: those in effect, those that take effect later, and every change with who,
 * when and why. Undefined for an unknown organisation.
 * @param outcomes of all changes of the organisation
 * @param now epoch milliseconds
 */
export function orgReport(
  state: SettingsState,
  orgId: string,
  outcomes: readonly Outcome[],
  now: number,
): string | undefined {
  const org = state.history(orgId);
  if (!org) return undefined;
  const current = <T>(versions: Versions<T>): T | undefined =>
    (inEffectAt(versions, now) ?? versions[0])?.value;
  const rows = [
    ['time zone', current(org.timeZone)],
    ['billing day', current(org.billingDay)],
    ...daysNow(org, now),
    ...org.subscriptions.map(({ product, versions }) => {
      const terms = inEffectAt(versions, now)?.value;
      return [
        product,
        terms
          ? `${terms.edition}, licensed users ${terms.users}, additional limit ${terms.additionalLimit}`
          : 'not started',
      ];
    }),
  ];
  const later = outcomes.filter(({ effectiveAt, rejection }) => effectiveAt > now && !rejection);
  return [
    orgId,
    ...(state.isAssumed(orgId) ? [assumedTermsText(count)] : []),
    ...rows.map(([name, value]) => `  ${name}: ${value}`),
    'takes effect later',
    ...listed(later, ({ change, effectiveAt }) => `${formatInstant(effectiveAt)} ${contentOf(change)}`),
    'history',
    ...listed(outcomes, historyLine),
  ].join('\n');
}

/** Changes take effect at the end of the day or of the period: these two lines show when that is. */
function daysNow(org: OrgHistory, now: number): [name: string, value: string][] {
  try {
    const calendar = calendarOf(org.timeZone);
    const today = calendar.dayAt(now);
    const periods = billingPeriodsOf(calendar, org.billingDay);
    const period = periods.periodAt(now);
    return [
      ['today', `${today.date}, ${formatInstant(today.from)} to ${formatInstant(today.to)}`],
      ['billing period', `${period.from} to ${period.to}, then to ${periods.periodOf(period.to).to}`],
    ];
  } catch (error) {
    if (!(error instanceof UnknownTimeZoneError)) throw error;
    return [['no days', `set the time zone with "npm run org -- set ${org.orgId} --time-zone ZONE"`]];
  }
}

function historyLine({ change, effectiveAt, rejection }: Outcome): string {
  const { appended_at, recorded_by, reason } = change;
  const result = rejection
    ? `; rejected: ${rejection.message}`
    : effectiveAt > appended_at
      ? `; in effect from ${formatInstant(effectiveAt)}`
      : '';
  const why = reason === '' ? '' : `; ${reason}`;
  return `${formatInstant(appended_at)} ${recorded_by}: ${contentOf(change)}${result}${why}`;
}

/** The product or organisation of a change, and its JSON with the names of the API. */
function contentOf({ kind, product, value }: Outcome['change']): string {
  return `${kind === 'new-org' ? 'created' : product || 'org'} ${value}`;
}

function listed<T>(items: readonly T[], line: (item: T) => string): string[] {
  return items.length === 0 ? ['  nothing'] : items.map((item) => `  ${printableLine(line(item))}`);
}
