import { Decimal } from 'decimal.js';

/**
 * Money: exact decimals from the price book to the last total (domain.md), never a float. 60 digits hold every
 * amount exactly: the largest count of credits (16 digits) x the longest rate (15 digits) / 1000 needs 31. Rounding is
 * half away from zero, which decimal.js calls ROUND_HALF_UP.
 */
export const Money = Decimal.clone({ precision: 60, rounding: Decimal.ROUND_HALF_UP });
export type Money = Decimal;

export const ZERO: Money = new Money(0);

const DECIMAL = /^-?\d+(?:\.\d+)?$/;
/** More digits than any amount has, fewer than the precision: parsing never rounds. */
const MAX_DIGITS = 50;

export class MoneyError extends Error {
  readonly code = 'NOT_MONEY';
  constructor(text: string) {
    super(
      `${JSON.stringify(text.slice(0, 80))} is not an amount: write digits with an optional sign and decimal point, like "6.8".`,
    );
    this.name = 'MoneyError';
  }
}

/** Parses an amount: at most 50 characters, digits with an optional sign and point, no exponent. @throws MoneyError */
export function parseMoney(text: string): Money {
  if (!DECIMAL.test(text) || text.length > MAX_DIGITS) throw new MoneyError(text);
  return new Money(text);
}

/** What `canonical` writes, and nothing else. */
export const CANONICAL = /^(?:0|-?(?:0\.\d*[1-9]|[1-9]\d*(?:\.\d*[1-9])?))$/;

/** The canonical text of an amount: no exponent, no trailing zeros, no negative zero ("6.8", "0"). */
export function canonical(amount: Money): string {
  return amount.isZero() ? '0' : amount.toFixed();
}

/** Rounds half away from zero to the minor unit. Only the total of a billing period is rounded, once (domain.md). */
export function roundMinor(amount: Money, minorUnitDigits: number): Money {
  return amount.toDecimalPlaces(minorUnitDigits);
}

/** The exact sum; 0 without amounts. */
export function sumMoney(amounts: Iterable<Money>): Money {
  let sum: Money = ZERO;
  for (const amount of amounts) sum = sum.plus(amount);
  return sum;
}
