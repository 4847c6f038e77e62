import type { SettingsPreview, SubscriptionPreview } from '../answers.ts';
import { counted, date, dates, dayTime, duration, money, number } from '../formats.ts';

/** What a change of settings does, in words: shown before it is made. */

/** A change of time zone takes effect at the end of the current local day (domain.md, Billing periods). */
export function zoneText({ as_it_is, as_it_would_be }: SettingsPreview, from: string, to: string): string {
  const { today } = as_it_is;
  const first = as_it_would_be.tomorrow;
  const length = duration(Date.parse(first.to) - Date.parse(first.from));
  return (
    `Today, ${date(today.day)}, still ends at ${dayTime(today.to, from)} in ${from}. ` +
    `The first day in ${to} is ${date(first.day)}: it begins then and ends at ${dayTime(first.to, to)} there, ` +
    `after ${length}. It has the credits of one day. Days that have passed stay as they are.`
  );
}

/** A change of billing day takes effect when the current period ends; the next period is shorter for it. */
export function billingDayText({ as_it_is, as_it_would_be }: SettingsPreview, day: number): string {
  const { period } = as_it_is;
  const next = as_it_would_be.next_period;
  return (
    `This billing period, ${dates(period.from, period.to)}, ends as planned. ` +
    `The next one is ${dates(next.from, next.to)}, ${counted(next.days, 'day')} ` +
    `instead of ${number(as_it_is.next_period.days)}. From then on periods begin on day ${number(day)} of the month.`
  );
}

type WorstCase = SubscriptionPreview['as_it_would_be']['worst_case'];

/** The highest cost of the next billing period at the present limit. */
export function worstCaseText(product: string, { currency, day, month }: WorstCase): string {
  return (
    `${product} costs at most ${money(day.amount, currency)} a day with its present additional limit, ` +
    `and ${money(month.amount, currency)} in ${dates(month.from, month.to)} (${counted(month.days, 'day')}).`
  );
}

/** What other terms include, and from when on. */
export function includedText({ as_it_is, as_it_would_be }: SubscriptionPreview): readonly string[] {
  const { included, today } = as_it_would_be;
  if (as_it_is === null) {
    return [`Includes ${number(included)} credits per 24 hours, from now on and for all of today.`];
  }
  if (included === as_it_is.included) {
    return [`Includes ${number(included)} credits per 24 hours, as before.`];
  }
  const change = `Includes ${number(included)} credits per 24 hours instead of ${number(as_it_is.included)}, from now on.`;
  return [
    change,
    included < today.included
      ? `Today’s charge keeps the highest included credits of the day, ${number(today.included)}. From tomorrow on more credits are additional ones.`
      : `They count for all of today too, so today’s charge may fall.`,
  ];
}
