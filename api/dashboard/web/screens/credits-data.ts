import type { Bill, Days, History, Limit } from '../answers.ts';
import { ask, orgPath, type Query } from '../state/client.ts';
import type { Load } from '../state/live.ts';
import { may } from '../state/rights.ts';

/** What the Credits tab shows, read together. */
export interface CreditsTab {
  readonly bill: Bill;
  readonly days: Days;
  /** Undefined for a role that may not see it. */
  readonly limit: Limit | undefined;
  readonly history: History | undefined;
}

export interface CreditsAsked {
  readonly org: string;
  readonly product: string;
  /** Local dates, half-open; both empty for the 30 days ending today. */
  readonly from: string;
  readonly to: string;
}

const CHANGES = '100';

export function daysQuery({ product, from, to }: Omit<CreditsAsked, 'org'>): Query {
  const all: Query = [
    ['product', product],
    ['from', from],
    ['to', to],
  ];
  return all.filter(([, value]) => value !== '');
}

export function loadCredits(asked: CreditsAsked): Load<CreditsTab> {
  const { org, product } = asked;
  const ofProduct = daysQuery({ product, from: '', to: '' });
  return async (signal) => {
    const [bill, days, limit, history] = await Promise.all([
      ask<Bill>(orgPath(org, 'billing'), { query: ofProduct, signal }),
      ask<Days>(orgPath(org, 'billing/days'), { query: daysQuery(asked), signal }),
      may('read-additional-limit')
        ? ask<Limit>(orgPath(org, 'additional-limit'), { query: ofProduct, signal })
        : undefined,
      may('read-settings')
        ? ask<History>(orgPath(org, 'settings/history'), { query: [['limit', CHANGES]], signal })
        : undefined,
    ]);
    return { bill, days, limit, history };
  };
}
