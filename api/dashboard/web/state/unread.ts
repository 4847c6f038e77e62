import { signal } from '@preact/signals';
import type { Alerts } from '../answers.ts';
import { fetchJson, orgBase, PLATFORM_BASE } from './client.ts';
import { useLive } from './live.ts';
import { may, mayGlobally } from './permissions.ts';

const REFRESH_MS = 15_000;
/** Raised to read the number again at once. */
const again = signal(0);

export const refreshUnread = (): void => {
  again.value += 1;
};

/** How many alerts the reader has not read, by the screen that lists them; none for roles without access. */
export function useUnread(org: string): Readonly<Record<string, number>> {
  const ofOrg = useUnreadOf(org !== '' && may('read-alerts') ? orgBase(org) : '');
  const ofPlatform = useUnreadOf(mayGlobally('change-alert-defaults') ? PLATFORM_BASE : '');
  return { '/alerts': ofOrg, '/platform-alerts': ofPlatform };
}

/** @param base the path of the organisation or of the platform; empty without access */
function useUnreadOf(base: string): number {
  const { data } = useLive<number>(
    `unread ${base} ${again.value}`,
    async (aborted) => {
      if (base === '') return 0;
      const { unread } = await fetchJson<Alerts>(`${base}/alerts`, {
        query: [['limit', '1']],
        signal: aborted,
      });
      return unread;
    },
    base === '' ? null : REFRESH_MS,
  );
  return data ?? 0;
}
