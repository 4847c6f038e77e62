/** Figures as a British reader expects them, and what the API is asked for them. */
import { ORG } from './stack.ts';

export const number = (value: number): string => new Intl.NumberFormat('en-GB').format(value);

/** A canonical amount with all its digits, at least two. */
export const dollars = (amount: string): string =>
  `US$${Number(amount) === 0 ? '0.00' : amount.replace(/(\.\d)$/, '$10')}`;

export const iso = (instant: number): string => new Date(instant).toISOString();

export const ofOrg = (rest: string): string => `/v1/orgs/${ORG}/${rest}`;
