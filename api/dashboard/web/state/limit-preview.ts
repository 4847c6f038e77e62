import type { Limit } from '../answers.ts';
import { fetchJson, orgPath } from './client.ts';
import { afterTyping } from './typing.ts';
import { useLive, type Live } from './live.ts';

/** What a limit would cost and make billable today; undefined without a number. */
export function useLimitPreview(
  org: string,
  product: string,
  credits: number | undefined,
): Live<Limit['preview']> {
  return useLive<Limit['preview']>(
    `limit preview ${org} ${product} ${credits}`,
    async (signal) => {
      if (credits === undefined) return undefined;
      await afterTyping();
      const query = [
        ['product', product],
        ['credits', String(credits)],
      ] as const;
      const { preview } = await fetchJson<Limit>(orgPath(org, 'additional-limit'), { query, signal });
      return preview;
    },
    null,
  );
}
