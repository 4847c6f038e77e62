import type { AlertRules, Credits } from '../answers.ts';
import { thresholdsOf, type Threshold } from '../panels/thresholds.ts';
import { fetchJson, orgPath } from './client.ts';
import { useLive } from './live.ts';
import { may } from './permissions.ts';

const REFRESH_MS = 60_000;

/** The thresholds of the alerts, for the bar of the current usage; none for roles that may not read the rules. */
export function useThresholds(org: string, credits: Credits | undefined): readonly Threshold[] {
  const product = credits?.product;
  const { data } = useLive<AlertRules | undefined>(
    `thresholds ${org} ${product}`,
    async (signal) =>
      product === undefined || !may('read-alerts')
        ? undefined
        : fetchJson<AlertRules>(orgPath(org, 'alert-rules'), { query: [['product', product]], signal }),
    REFRESH_MS,
  );
  return credits && data ? thresholdsOf(data.rules, credits) : [];
}
