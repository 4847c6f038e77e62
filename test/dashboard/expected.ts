/** Figures as the British browser formats them, and the API's paths for them. */
import { ORG } from './stack.ts';

export const number = (value: number): string => new Intl.NumberFormat('en-GB').format(value);

/** A canonical amount with all its digits, and at least two decimals. */
export const dollars = (amount: string): string =>
  `US$${Number(amount) === 0 ? '0.00' : amount.replace(/(\.\d)$/, '$10')}`;

export const iso = (instant: number): string => new Date(instant).toISOString();

export const ofOrg = (rest: string): string => `/v1/orgs/${ORG}/${rest}`;
