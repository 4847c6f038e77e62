import { signal } from '@preact/signals';
import type { Alerts } from '../answers.ts';
import { fetchJson, orgPath } from './client.ts';
import { useLive } from './live.ts';
import { may } from './permissions.ts';

const REFRESH_MS = 15_000;
/** Raised to read the number again at once. */
const again = signal(0);

export const refreshUnread = (): void => {
  again.value += 1;
};

/** How many alerts of the organisation the reader has not read; 0 for roles without access. */
export function useUnread(org: string): number {
  const { data } = useLive<number>(
    `unread ${org} ${again.value}`,
    async (aborted) => {
      if (org === '' || !may('read-alerts')) return 0;
      const { unread } = await fetchJson<Alerts>(orgPath(org, 'alerts'), {
        query: [['limit', '1']],
        signal: aborted,
      });
      return unread;
    },
    REFRESH_MS,
  );
  return data ?? 0;
}
