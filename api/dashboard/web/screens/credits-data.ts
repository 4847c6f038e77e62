import type { Bill, Days, History, Limit } from '../answers.ts';
import { fetchJson, orgPath } from '../state/client.ts';
import type { Query } from '../state/send.ts';
import type { Load } from '../state/live.ts';
import { may } from '../state/permissions.ts';

/** The data of the Credits screen, read together. */
export interface CreditsData {
  readonly bill: Bill;
  readonly days: Days;
  /** Undefined for roles without access. */
  readonly limit: Limit | undefined;
  readonly history: History | undefined;
}

export interface CreditsRequest {
  readonly org: string;
  readonly product: string;
  /** Local dates, half-open. Both empty for the 30 days ending today. */
  readonly from: string;
  readonly to: string;
}

const CHANGES = '100';

export function daysQuery({ product, from, to }: Omit<CreditsRequest, 'org'>): Query {
  const all: Query = [
    ['product', product],
    ['from', from],
    ['to', to],
  ];
  return all.filter(([, value]) => value !== '');
}

export function loadCredits(request: CreditsRequest): Load<CreditsData> {
  const { org, product } = request;
  const ofProduct = daysQuery({ product, from: '', to: '' });
  return async (signal) => {
    const [bill, days, limit, history] = await Promise.all([
      fetchJson<Bill>(orgPath(org, 'billing'), { query: ofProduct, signal }),
      fetchJson<Days>(orgPath(org, 'billing/days'), { query: daysQuery(request), signal }),
      may('read-additional-limit')
        ? fetchJson<Limit>(orgPath(org, 'additional-limit'), { query: ofProduct, signal })
        : undefined,
      may('read-settings')
        ? fetchJson<History>(orgPath(org, 'settings/history'), { query: [['limit', CHANGES]], signal })
        : undefined,
    ]);
    return { bill, days, limit, history };
  };
}
