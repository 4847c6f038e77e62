import type { Prices } from '../answers.ts';
import { fetchJson } from './client.ts';
import { useLive } from './live.ts';

/** The currency of the price book in effect, ISO 4217; empty until it is known. */
export function useCurrency(): string {
  const { data } = useLive<Prices>(
    'currency',
    (signal) => fetchJson('/v1/catalogues/prices', { query: [['limit', '1']], signal }),
    null,
  );
  return data?.in_effect.currency ?? '';
}
