import { Type } from 'typebox';
import type { Static } from 'typebox';
import { checkInteger, hasShape, parseVersions } from './parse.ts';
import type { CatalogueKind, Report } from './parse.ts';
import type { Effective } from '../versions.ts';

/** A price step: a number of credits (null: all the remaining ones) at a decimal rate per 1,000. */
const Slab = Type.Object(
  { credits: Type.Unsafe<number | null>({ type: ['number', 'null'] }), rate_per_1000: Type.String() },
  { additionalProperties: false },
);
export type Slab = Readonly<Static<typeof Slab>>;

/** One version as JSON: as published, recorded and shown. */
export const PriceBookShape = Type.Object(
  {
    effective_at: Type.String(),
    name: Type.String({ minLength: 1, maxLength: 128 }),
    currency: Type.String(),
    minor_unit_digits: Type.Number(),
    slabs: Type.Array(Slab, { minItems: 1 }),
  },
  { additionalProperties: false },
);
export type PriceBookShape = Static<typeof PriceBookShape>;

/** The price of additional credits, in effect from an instant. */
export interface PriceBook extends Effective {
  readonly name: string;
  /** ISO 4217. */
  readonly currency: string;
  readonly minor_unit_digits: number;
  /** In the order in which credits fill them; only the last one has no end. */
  readonly slabs: readonly Slab[];
}

/** D: at most 6 digits and 9 decimals, so that the amount of up to 2^53 credits fits a Decimal(38, 12) exactly. */
const RATE = /^\d{1,6}(?:\.\d{1,9})?$/;

const CURRENCY = /^[A-Z]{3}$/;

const KIND: CatalogueKind<PriceBookShape> = {
  name: 'prices',
  isShape: (json, path, report): json is PriceBookShape => hasShape(PriceBookShape, json, path, report),
  checkVersion(book, path, report) {
    if (!CURRENCY.test(book.currency)) {
      report(
        'not-a-currency',
        `${path}/currency`,
        `is ${book.currency}: must be an ISO 4217 code, like "USD"`,
      );
    }
    checkInteger(book.minor_unit_digits, 0, 4, `${path}/minor_unit_digits`, report);
    for (const [index, slab] of book.slabs.entries()) {
      checkSlab(slab, index === book.slabs.length - 1, `${path}/slabs/${index}`, report);
    }
  },
  checkSuccession(earlier, later, path, report) {
    if (earlier.some((book) => book.name === later.name)) {
      const message = `is ${later.name} again: choose another name, as charges refer to their price book by name`;
      report('duplicate-name', `${path}/name`, message);
    }
    // D: a billing period that contains the change would add up two currencies, or round in two ways.
    const before = earlier.at(-1);
    if (before && before.currency !== later.currency) {
      const message = `is ${later.currency}: must stay ${before.currency}, as in the book before`;
      report('currency-change', `${path}/currency`, message);
    } else if (before && before.minor_unit_digits !== later.minor_unit_digits) {
      const message = `is ${later.minor_unit_digits}: must stay ${before.minor_unit_digits}, as in the book before`;
      report('currency-change', `${path}/minor_unit_digits`, message);
    }
  },
};

function checkSlab(slab: Slab, isLast: boolean, path: string, report: Report): void {
  if (slab.rate_per_1000.startsWith('-')) {
    report(
      'negative-price',
      `${path}/rate_per_1000`,
      `is ${slab.rate_per_1000}: a price must not be negative`,
    );
  } else if (!RATE.test(slab.rate_per_1000)) {
    report(
      'not-a-rate',
      `${path}/rate_per_1000`,
      'must be a decimal of at most 6 digits and 9 decimals, like "0.14"',
    );
  }
  if (slab.credits !== null)
    checkInteger(slab.credits, 1, Number.MAX_SAFE_INTEGER, `${path}/credits`, report);
  if (slab.credits === null && !isLast) {
    report(
      'slab-out-of-order',
      `${path}/credits`,
      'has no end: only the last slab may have none, as the slabs after it are never reached',
    );
  }
  if (slab.credits !== null && isLast) {
    report(
      'slab-out-of-order',
      `${path}/credits`,
      'ends: the last slab must have no end (null), or the credits above it have no price',
    );
  }
}

/** The versions of the price book, sorted by effective date. @throws InvalidCatalogueError */
export function parsePrices(json: unknown): readonly PriceBook[] {
  return parseVersions(KIND, json);
}
