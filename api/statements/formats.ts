import { addDays, type LocalDate } from '../../domain/calendar/dates.ts';
import { canonical, Money, MoneyError, parseMoney } from '../../domain/money.ts';
import { isInFont } from './printable.ts';

/**
 * Figures and dates as people read them. D: in English, the language of the statement's words, whatever the reader's
 * locale; files for programs have the canonical figures.
 */
const LOCALE = 'en-US';
const DATES = 'en-GB';

const integers = new Intl.NumberFormat(LOCALE);
const longDate = new Intl.DateTimeFormat(DATES, { dateStyle: 'long', timeZone: 'UTC' });
const monthAndYear = new Intl.DateTimeFormat(DATES, { month: 'long', year: 'numeric', timeZone: 'UTC' });

/** "20,000" */
export const creditsText = (credits: number): string => integers.format(credits);

/** A currency and the digits of its minor unit. */
export interface Currency {
  readonly code: string;
  readonly minorUnitDigits: number;
}

/** "$11.20": rounded to the minor unit for reading, half away from zero. @param amount a canonical decimal */
export function moneyText(amount: string, { code, minorUnitDigits }: Currency): string {
  return formatted(parseMoney(amount).toFixed(minorUnitDigits), code, minorUnitDigits);
}

/** "$0.98504" where moneyText rounds the amount, otherwise undefined. */
export function exactText(amount: string, { code, minorUnitDigits }: Currency): string | undefined {
  const exact = parseMoney(amount);
  const digits = exact.decimalPlaces();
  return digits <= minorUnitDigits ? undefined : formatted(canonical(exact), code, digits);
}

/** "$0.14": a rate with all its digits, at least those of the minor unit. */
export function rateText(rate: string, { code, minorUnitDigits }: Currency): string {
  const digits = Math.max(minorUnitDigits, new Money(rate).decimalPlaces());
  return formatted(rate, code, digits);
}

function formatted(decimal: string, currency: string, digits: number): string {
  if (!isDecimal(decimal)) throw new MoneyError(decimal);
  const text = moneyFormat(currency, digits, 'symbol').format(decimal).replaceAll('\u00A0', ' ');
  if (isInFont(text)) return text;
  return moneyFormat(currency, digits, 'code').format(decimal).replaceAll('\u00A0', ' ');
}

/** Making one takes longer than formatting with it, and a statement has thousands of amounts. */
const moneyFormats = new Map<string, Intl.NumberFormat>();

function moneyFormat(
  currency: string,
  digits: number,
  currencyDisplay: 'symbol' | 'code',
): Intl.NumberFormat {
  const key = `${currency} ${digits} ${currencyDisplay}`;
  const known = moneyFormats.get(key);
  if (known !== undefined) return known;
  const fraction = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  const made = new Intl.NumberFormat(LOCALE, { style: 'currency', currency, currencyDisplay, ...fraction });
  moneyFormats.set(key, made);
  return made;
}

const isDecimal = (text: string): text is `${number}` => /^-?\d+(?:\.\d+)?$/.test(text);

/** "5 November 2026" */
export const dateText = (date: LocalDate): string => longDate.format(instantOf(date));

/** "5 November 2026 to 4 December 2026": a half-open range of dates, written with its last day. */
export function rangeText({ from, to }: { readonly from: LocalDate; readonly to: LocalDate }): string {
  const last = addDays(to, -1);
  return from === last ? dateText(from) : `${dateText(from)} to ${dateText(last)}`;
}

/** A billing period within a sentence: "November 2026" for a calendar month, otherwise its dates. */
export function periodText(period: { readonly from: LocalDate; readonly to: LocalDate }): string {
  const { from, to } = period;
  const isMonth =
    from.endsWith('-01') && to.endsWith('-01') && from.slice(0, 7) === addDays(to, -1).slice(0, 7);
  return isMonth ? monthAndYear.format(instantOf(from)) : rangeText(period);
}

const instantOf = (date: LocalDate): Date => new Date(`${date}T00:00:00Z`);
