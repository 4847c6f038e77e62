import type { Versions } from '../domain/settings/org-history.ts';
import { inEffectAt } from '../domain/versions.ts';
import { billingPeriodsOf } from '../domain/calendar/billing-periods.ts';
import { calendarOf } from '../domain/calendar/calendar.ts';
import type { Outcome, SettingsState } from '../domain/settings/state.ts';

/** An org's settings at an instant, what takes effect later, and every change with who, when and why; undefined for an unknown one. */
export function orgReport(state: SettingsState, orgId: string, now: number): string | undefined {
  const org = state.history(orgId);
  if (!org) return undefined;
  const current = <T>(versions: Versions<T>): T | undefined =>
    (inEffectAt(versions, now) ?? versions[0])?.value;
  const calendar = calendarOf(org.timeZone);
  const today = calendar.dayAt(now);
  const periods = billingPeriodsOf(calendar, org.billingDay);
  const period = periods.periodAt(now);
  const rows = [
    ['time zone', current(org.timeZone)],
    ['billing day', current(org.billingDay)],
    // A change of either waits for the end of the day, of the period: here it shows when it comes.
    ['today', `${today.date}, ${at(today.from)} to ${at(today.to)}`],
    ['billing period', `${period.from} to ${period.to}, then to ${periods.periodOf(period.to).to}`],
    ...org.subscriptions.map(({ product, versions }) => {
      const terms = inEffectAt(versions, now)?.value;
      return [
        product,
        terms
          ? `${terms.edition}, licensed users ${terms.users}, additional limit ${terms.additionalLimit}`
          : 'not begun',
      ];
    }),
  ];
  const outcomes = state.outcomesOf(orgId);
  const later = outcomes.filter(({ effectiveAt, refused }) => effectiveAt > now && !refused);
  return [
    orgId,
    ...rows.map(([name, value]) => `  ${name}: ${value}`),
    'takes effect later',
    ...listed(later, ({ change, effectiveAt }) => `${at(effectiveAt)} ${whatOf(change)}`),
    'history',
    ...listed(outcomes, historyLine),
  ].join('\n');
}

function historyLine({ change, effectiveAt, refused }: Outcome): string {
  const { appended_at, recorded_by, reason } = change;
  const fate = refused
    ? `; refused: ${refused.message}`
    : effectiveAt > appended_at
      ? `; in effect from ${at(effectiveAt)}`
      : '';
  return `${at(appended_at)} ${recorded_by}: ${whatOf(change)}${fate}${reason === '' ? '' : `; ${reason}`}`;
}

/** The change in words: the product and its JSON, which names the settings as the API does. */
function whatOf({ kind, product, value }: Outcome['change']): string {
  return `${kind === 'new-org' ? 'created' : product || 'org'} ${value}`;
}

function listed<T>(items: readonly T[], line: (item: T) => string): string[] {
  return items.length === 0 ? ['  nothing'] : items.map((item) => `  ${line(item)}`);
}

const at = (instant: number): string => new Date(instant).toISOString();
