/** A whole number that a person typed, in the conventions of a locale. */
export type WholeNumber =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'empty' }
  /** The message says what to type instead. */
  | { readonly kind: 'invalid'; readonly message: string };

/** Separators that mean thousands in every locale: spaces and apostrophes are never decimal marks. */
const SPACES = /[\s\u00a0\u202f]/g;
const APOSTROPHES = /['’]/g;

interface Conventions {
  readonly group: string;
  readonly decimal: string;
  readonly digits: readonly string[];
  readonly format: (value: number) => string;
}

export interface Bounds {
  readonly min: number;
  readonly max: number;
}

/**
 * Reads "80,000" in English and "80.000" in German as 80000. Rejects fractions, and everything that another locale
 * reads differently, such as "80.000" in English: a wrong limit costs money, so it never guesses.
 * @param locale the browser's by default
 */
export function parseWholeNumber(text: string, { min, max }: Bounds, locale?: string): WholeNumber {
  const conventions = conventionsOf(locale);
  const trimmed = withLatinDigits(text.trim(), conventions);
  if (trimmed === '') return { kind: 'empty' };
  const digits = withoutGroups(trimmed, conventions.group);
  if (digits === undefined) return { kind: 'invalid', message: messageOf(trimmed, conventions) };
  const value = Number(digits);
  const { format } = conventions;
  if (value > max) return { kind: 'invalid', message: `Enter at most ${format(max)}.` };
  if (value < min) return { kind: 'invalid', message: `Enter at least ${format(min)}.` };
  return { kind: 'number', value };
}

function conventionsOf(locale: string | undefined): Conventions {
  const formatter = new Intl.NumberFormat(locale);
  // Large enough for the locales that group from five digits on.
  const parts = formatter.formatToParts(1_234_567.8);
  const part = (type: string): string => parts.find((each) => each.type === type)?.value ?? '';
  const ungrouped = new Intl.NumberFormat(locale, { useGrouping: false });
  const digits = Array.from({ length: 10 }, (_, digit) => ungrouped.format(digit));
  return { group: part('group'), decimal: part('decimal'), digits, format: (n) => formatter.format(n) };
}

const withLatinDigits = (text: string, { digits }: Conventions): string =>
  digits.reduce((latin, digit, value) => latin.replaceAll(digit, String(value)), text);

/** The digits alone, or undefined unless the text is a whole number with well-placed group separators. */
function withoutGroups(text: string, group: string): string | undefined {
  if (/^\d+$/.test(text)) return text;
  if (text.includes('|')) return undefined;
  for (const separators of [SPACES, APOSTROPHES, group]) {
    if (separators === '') continue;
    const marked = text.replaceAll(separators, '|');
    // Groups of three; Indian numbers have groups of two before the last one.
    if (/^\d{1,3}(?:\|\d{3})+$/.test(marked) || /^\d{1,2}(?:\|\d{2})*\|\d{3}$/.test(marked)) {
      return marked.replaceAll('|', '');
    }
  }
  return undefined;
}

function messageOf(text: string, { group, decimal, format }: Conventions): string {
  const example = format(20_000);
  const [whole = '', fraction, ...rest] = text.split(decimal);
  const isFraction = fraction !== undefined && rest.length === 0 && /^\d*$/.test(fraction);
  if (isFraction && /^\d{1,3}$/.test(whole) && fraction.length === 3) {
    const meant = format(Number(whole + fraction));
    return `“${text}” is ambiguous. Did you mean ${meant}? Enter whole credits, such as ${example}.`;
  }
  if (isFraction && withoutGroups(whole, group) !== undefined) {
    return `Credits have no fractions. Enter a whole number, such as ${example}.`;
  }
  if (/^[-−]/.test(text)) return 'Enter 0 or more.';
  return `“${text}” is not a whole number. Enter digits only, or write it like ${example}.`;
}
