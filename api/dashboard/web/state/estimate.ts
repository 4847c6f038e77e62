import type { Estimate } from '../answers.ts';
import { ask } from './client.ts';
import { useLive, type Live } from './live.ts';

const TYPING_MS = 150;

/** What so many additional credits on each of so many days cost, asked when typing or sliding rests. */
export function useEstimate(credits: number, days: number): Live<Estimate> {
  return useLive<Estimate>(
    `estimate ${credits} ${days}`,
    async (signal) => {
      await new Promise((resolve) => setTimeout(resolve, TYPING_MS));
      return ask('/v1/estimate', {
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
