/** A story as plain data: the input of the oracle, and of the code under test. */

/** A call event in the log of events. Of several deliveries under one id the first counts. */
export interface RawDelivery {
  readonly id: number;
  readonly at: number;
  readonly product: string;
  readonly credits: number;
}

/** A change in the log of settings, which is sorted by `appendedAt`. */
export interface RawChange {
  readonly appendedAt: number;
  /** The requested instant; 0 for at once. */
  readonly effectiveAt: number;
  readonly what:
    | { readonly kind: 'subscription'; readonly product: string; readonly terms: RawTerms }
    | { readonly kind: 'zone'; readonly zone: string }
    | { readonly kind: 'billing-day'; readonly day: number }
    | { readonly kind: 'editions'; readonly editions: readonly RawEdition[] }
    | { readonly kind: 'prices'; readonly name: string; readonly slabs: readonly RawSlab[] };
}

export interface RawTerms {
  readonly edition?: string;
  readonly users?: number;
  readonly limit?: number;
}

export interface RawEdition {
  readonly product: string;
  readonly edition: string;
  readonly base: number;
  readonly per_user: number;
  readonly maximum: number | null;
}

export interface RawSlab {
  readonly credits: number | null;
  readonly rate_per_1000: string;
}

/** The changes and calls of one organisation in a window of time. */
export interface Story {
  readonly zone: string;
  readonly from: number;
  readonly to: number;
  readonly changes: readonly RawChange[];
  /** In the order of the log. */
  readonly deliveries: readonly RawDelivery[];
}

/** The catalogue from 1970 on (domain.md, Catalogues). */
export const FIRST_EDITIONS: readonly RawEdition[] = [
  ['crm', 'free', 5_000, 0, 5_000],
  ['crm', 'standard', 50_000, 250, 100_000],
  ['crm', 'professional', 50_000, 500, 3_000_000],
  ['crm', 'enterprise', 50_000, 1_000, 5_000_000],
  ['crm', 'ultimate', 50_000, 2_000, null],
  ['bigin', 'free', 5_000, 0, 5_000],
  ['bigin', 'express', 50_000, 250, 100_000],
  ['bigin', 'premier', 50_000, 250, 100_000],
].map(([product, edition, base, perUser, maximum]) => ({
  product: String(product),
  edition: String(edition),
  base: Number(base),
  per_user: Number(perUser),
  maximum: maximum === null ? null : Number(maximum),
}));

export const FIRST_SLABS: readonly RawSlab[] = [
  { credits: 25_000, rate_per_1000: '0.14' },
  { credits: 75_000, rate_per_1000: '0.06' },
  { credits: 150_000, rate_per_1000: '0.05' },
  { credits: null, rate_per_1000: '0.025' },
];
