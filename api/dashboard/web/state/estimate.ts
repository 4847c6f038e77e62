import type { Estimate } from '../answers.ts';
import { fetchJson } from './client.ts';
import { afterTyping } from './typing.ts';
import { useLive, type Live } from './live.ts';

/** What so many additional credits cost on each of so many days. */
export function useEstimate(credits: number, days: number): Live<Estimate> {
  return useLive<Estimate>(
    `estimate ${credits} ${days}`,
    async (signal) => {
      await afterTyping();
      return fetchJson('/v1/estimate', {
        query: [
          ['credits', String(credits)],
          ['days', String(days)],
        ],
        signal,
      });
    },
    null,
  );
}
