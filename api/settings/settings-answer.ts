import { Type, type Static } from 'typebox';
import { billingPeriodsOf } from '../../domain/calendar/billing-periods.ts';
import type { Outcome } from '../../domain/settings/outcome.ts';
import type { SettingsState } from '../../domain/settings/state.ts';
import type { OrgHistory, Subscription, Versions } from '../../domain/settings/org-history.ts';
import { inEffectAt } from '../../domain/versions.ts';
import { orgCalendar, timeZoneAt } from '../orgs/subscription.ts';
import { Credits } from '../parameters/counts.ts';
import { DateOfDay } from '../parameters/date.ts';
import { Instant } from '../parameters/instant.ts';
import { changeAnswer, ChangeAnswer } from './change-answer.ts';
import { formatInstant } from '../../domain/instants.ts';
import { TermsAssumed } from './terms-assumed.ts';

const strict = { additionalProperties: false };

/** A subscription's terms at an instant. */
export const termsProperties = {
  product: Type.String(),
  edition: Type.String(),
  users: Type.Integer({ minimum: 0, description: 'Licensed users.' }),
  additional_limit: Credits,
};
const Terms = Type.Object(termsProperties, strict);

/** An org's current settings and subscriptions. */
export const OrgAnswer = Type.Object(
  {
    org_id: Type.String(),
    time_zone: Type.String({ description: 'A new time zone applies from the end of the current day on.' }),
    billing_day: Type.Integer({
      description: 'A new billing day applies from the end of the current period on.',
    }),
    subscriptions: Type.Array(Terms, { description: 'Those that have begun.' }),
    terms_assumed: TermsAssumed,
  },
  strict,
);

const settingsProperties = {
  ...OrgAnswer.properties,
  today: Type.Object({ day: DateOfDay, from: Instant, to: Instant }, strict),
  period: Type.Object(
    { from: DateOfDay, to: DateOfDay },
    { ...strict, description: 'The current billing period; its end is the next billing date.' },
  ),
  later: Type.Array(ChangeAnswer, { description: 'Changes that take effect later.' }),
};
export const SettingsAnswer = Type.Object(settingsProperties, strict);
export const SettingsChangedAnswer = Type.Object({ ...settingsProperties, recorded: ChangeAnswer }, strict);

/** @param now epoch milliseconds */
export function orgAnswer(settings: SettingsState, org: OrgHistory, now: number): Static<typeof OrgAnswer> {
  return {
    org_id: org.orgId,
    time_zone: timeZoneAt(org, now),
    billing_day: billingDayAt(org, now),
    subscriptions: org.subscriptions.flatMap((subscription) => termsAt(subscription, now) ?? []),
    terms_assumed: settings.isAssumed(org.orgId),
  };
}

/** @param outcomes of all changes of the organisation */
export function settingsAnswer(
  settings: SettingsState,
  org: OrgHistory,
  outcomes: readonly Outcome[],
  now: number,
): Static<typeof SettingsAnswer> {
  const calendar = orgCalendar(org);
  const day = calendar.dayAt(now);
  const { from, to } = billingPeriodsOf(calendar, org.billingDay).periodAt(now);
  const later = outcomes.filter(({ effectiveAt, rejection }) => effectiveAt > now && rejection === undefined);
  return {
    ...orgAnswer(settings, org, now),
    today: { day: day.date, from: formatInstant(day.from), to: formatInstant(day.to) },
    period: { from, to },
    later: later.map((outcome) => changeAnswer(outcome)),
  };
}

/** Undefined before the subscription's first version takes effect. */
export function termsAt(
  { product, versions }: Subscription,
  instant: number,
): Static<typeof Terms> | undefined {
  const terms = inEffectAt(versions, instant)?.value;
  if (terms === undefined) return undefined;
  const { edition, users, additionalLimit } = terms;
  return { product, edition, users, additional_limit: additionalLimit };
}

/** The first one also applies before it took effect. */
function billingDayAt({ orgId, billingDay }: OrgHistory, instant: number): number {
  const versions: Versions<number> = billingDay;
  const day = inEffectAt(versions, instant) ?? versions[0];
  if (day === undefined) throw new Error(`The organisation ${orgId} has no billing day.`);
  return day.value;
}
