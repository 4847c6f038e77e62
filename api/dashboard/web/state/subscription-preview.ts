import type { SubscriptionPreview } from '../answers.ts';
import { fetchJson, orgPath } from './client.ts';
import { useLive, type Live } from './live.ts';
import { afterTyping } from './typing.ts';

export interface Terms {
  readonly product: string;
  readonly edition: string;
  readonly users: number;
  /** The first limit of a new subscription. */
  readonly additionalLimit?: number;
}

/** What terms include and cost at most, beside the present ones; undefined without terms. */
export function useSubscriptionPreview(
  org: string,
  terms: Terms | undefined,
): Live<SubscriptionPreview | undefined> {
  return useLive<SubscriptionPreview | undefined>(
    `subscription preview ${org} ${JSON.stringify(terms)}`,
    async (signal) => {
      if (terms === undefined) return undefined;
      await afterTyping();
      const { product, edition, users, additionalLimit } = terms;
      const path = orgPath(org, `subscriptions/${encodeURIComponent(product)}/preview`);
      const query = [
        ['edition', edition],
        ['users', String(users)],
        ...(additionalLimit === undefined ? [] : [['additional_limit', String(additionalLimit)] as const]),
      ] as const;
      return fetchJson(path, { query, signal });
    },
    null,
  );
}
