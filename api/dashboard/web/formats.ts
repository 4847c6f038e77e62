/**
 * Numbers and dates in the reader's locale, instants in the chosen time zone, money to its last digit. Money stays a
 * decimal string from the API to the screen; it never becomes a number.
 */
import { addDays, asShownInUtc } from './local-time.ts';

const integers = new Intl.NumberFormat();
const compactIntegers = new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 1 });
const percents = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 0 });
const finePercents = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 1 });

const oneDecimal = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });

export const number = (value: number): string => integers.format(value);
export const compactNumber = (value: number): string =>
  value < 10_000 ? number(value) : compactIntegers.format(value);

/** "1 call", "2,000 calls". */
export const counted = (count: number, one: string): string =>
  `${number(count)} ${count === 1 ? one : `${one}s`}`;

/** A share of a whole, both credits. */
export function percent(part: number, whole: number): string {
  const share = whole === 0 ? 0 : part / whole;
  return share > 0 && share < 0.1 ? finePercents.format(share) : percents.format(share);
}

/** The signed change since the previous period. */
export const change = (now: number, then: number): string => {
  if (then === 0) return now === 0 ? 'no change' : 'new';
  if (now >= then * 3) return `× ${number(Math.round(now / then))}`;
  const share = Math.abs(now - then) / then;
  return share < 0.005 ? 'no change' : `${now > then ? '+' : '−'}${percents.format(share)}`;
};

type DecimalText = `${number}`;
const isDecimal = (text: string): text is DecimalText => /^-?\d+(?:\.\d+)?$/.test(text);

/** All digits of the amount, and at least the minor unit: "US$0.00014", "US$6.80". */
export function money(amount: string, currency: string): string {
  if (!isDecimal(amount)) throw new Error(`Not a decimal amount: ${amount}`);
  const digits = Math.max(2, amount.split('.')[1]?.length ?? 0);
  return new Intl.NumberFormat(undefined, {
    style: 'currency',
    currency,
    maximumFractionDigits: digits,
  }).format(amount);
}

/** Rounded to the minor unit, for estimates. */
export function roundedMoney(amount: string, currency: string): string {
  if (!isDecimal(amount)) throw new Error(`Not a decimal amount: ${amount}`);
  return new Intl.NumberFormat(undefined, { style: 'currency', currency }).format(amount);
}

const dateTimes = new Map<string, Intl.DateTimeFormat>();

/** Of the instant that UTC shows what is to be shown: the browser computes with no time zone. */
function formatter(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify(options);
  const known = dateTimes.get(key);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat(undefined, { timeZone: 'UTC', ...options });
  dateTimes.set(key, made);
  return made;
}

const inZone = (instant: string | number, zone: string, options: Intl.DateTimeFormatOptions): string =>
  formatter(options).format(asShownInUtc(new Date(instant).getTime(), zone));
const at = (date: string): number => Date.parse(`${date}T00:00:00Z`);

export const time = (instant: string | number, zone: string): string =>
  inZone(instant, zone, { hour: '2-digit', minute: '2-digit' });
export const timeToSecond = (instant: string | number, zone: string): string =>
  inZone(instant, zone, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
export const dayTime = (instant: string | number, zone: string): string =>
  inZone(instant, zone, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
/** An instant as printed: paper needs the year. */
export const dateTime = (instant: string | number, zone: string): string =>
  inZone(instant, zone, {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  });
export const fullTime = (instant: string | number, zone: string): string =>
  inZone(instant, zone, {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
  });
export const dayOf = (instant: string | number, zone: string): string =>
  inZone(instant, zone, { day: 'numeric', month: 'short' });

/** A local date, YYYY-MM-DD. */
export const date = (text: string): string =>
  formatter({ day: 'numeric', month: 'short', year: 'numeric' }).format(at(text));
/** A half-open range of local dates, written with its last day included. */
export const dates = (from: string, end: string): string =>
  formatter({ day: 'numeric', month: 'short', year: 'numeric' }).formatRange(at(from), at(addDays(end, -1)));
/** A billing period within a sentence: "November 2026" for a calendar month, else its dates. */
export function periodName({ from, to }: { readonly from: string; readonly to: string }): string {
  const isMonth =
    from.endsWith('-01') && to.endsWith('-01') && from.slice(0, 7) === addDays(to, -1).slice(0, 7);
  if (!isMonth) return dates(from, to);
  return formatter({ month: 'long', year: 'numeric' }).format(at(from));
}
export const shortDate = (text: string): string =>
  formatter({ day: 'numeric', month: 'short' }).format(at(text));

/** "812 B", "3.4 kB", "1.2 MB" */
export function sizeText(bytes: number): string {
  if (bytes < 1_000) return `${number(bytes)} B`;
  return bytes < 1_000_000
    ? `${oneDecimal.format(bytes / 1_000)} kB`
    : `${oneDecimal.format(bytes / 1_000_000)} MB`;
}

/** A time of this computer's own clock and time zone, for what concerns the reader alone. */
export const clockTime = (instant: number): string =>
  new Date(instant).toLocaleString(undefined, {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  });

/** "3 h 20 min" */
export function duration(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / 60_000));
  if (minutes < 1) return 'less than a minute';
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  if (hours === 0) return `${rest} min`;
  return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`;
}

export function lag(seconds: number): string {
  return seconds < 60 ? `${number(Math.ceil(seconds))} s` : duration(seconds * 1000);
}
