import type { Slab } from '../../../domain/catalogues/prices.ts';

/**
 * The oracle of prices: whole numbers only, in units of 10^-12 of the currency. A rate with 9 decimals per 1,000
 * credits is a whole number of these units per credit.
 */

/** A decimal text of at most 9 decimals, in units of 10^-9. */
function inBillionths(text: string): bigint {
  const [whole = '', fraction = ''] = text.split('.');
  return BigInt(whole + fraction.padEnd(9, '0'));
}

/** The price of a number of credits: those above a slab's start and up to its end at the slab's rate. */
export function priceByBigInt(slabs: readonly Slab[], credits: number): bigint {
  let start = 0n;
  let price = 0n;
  for (const slab of slabs) {
    const end = slab.credits === null ? undefined : start + BigInt(slab.credits);
    const upTo = end === undefined || BigInt(credits) < end ? BigInt(credits) : end;
    if (upTo > start) price += (upTo - start) * inBillionths(slab.rate_per_1000);
    start = end ?? BigInt(credits);
  }
  return price;
}

/** Units of 10^-decimals as canonical text. */
export function decimalsByBigInt(units: bigint, decimals: number): string {
  const sign = units < 0n ? '-' : '';
  const digits = (units < 0n ? -units : units).toString().padStart(decimals + 1, '0');
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, '');
  return `${sign}${digits.slice(0, digits.length - decimals)}${fraction === '' ? '' : `.${fraction}`}`;
}
