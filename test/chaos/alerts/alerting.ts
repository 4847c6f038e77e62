import type { Put } from '../limit-changes.ts';
import { GATED } from '../limits/gated-orgs.ts';
import { DESTINATION } from './outcome.ts';

/** Its usage is above most thresholds before the run and falls below all of them during it: all calls are a day old. */
export const FALLING = 'alerted-falling';
/** The organisations that have a destination, and rules at these shares of the total. */
export const ALERTED = [...GATED, FALLING] as const;
export const PERCENTS = [20, 40, 60, 80, 100] as const;
/** The rules of an organisation that has set none (docs/alerts.md). */
export const DEFAULT_PERCENTS = [80, 100] as const;
export const ruleIdOf = (percent: number): string => `total-${percent}`;
export const thresholdOf = (total: number, percent: number): number => Math.ceil((total * percent) / 100);

/** Sets rules and destinations, before a call is made that could reach a threshold. @param url of the receiver */
export async function setAlerting(put: Put, url: string): Promise<void> {
  const rules = PERCENTS.map((percent) => ({ rule_id: ruleIdOf(percent), kind: 'total-share', percent }));
  const destination = { type: 'webhook', url, events: ['alert.raised', 'alert.resolved'] };
  await Promise.all(
    ALERTED.map(async (org) => {
      await put(`/v1/orgs/${org}/alert-rules`, org, { rules }, `${org}-rules`);
      await put(`/v1/orgs/${org}/alert-destinations/${DESTINATION}`, org, destination, `${org}-ops`);
    }),
  );
}
