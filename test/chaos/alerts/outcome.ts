import { ruleKey, webhookIdOf, type AlertHistory } from './history.ts';
import type { Delivery } from './receiver.ts';

/** Of every organisation that has a destination. */
export const DESTINATION = 'ops';

/** What an organisation's usage makes of a rule on a share of its total. */
export interface ExpectedRule {
  readonly org: string;
  readonly ruleId: string;
  /** By how many credits it is raised. */
  readonly threshold: number;
  readonly used: number;
  /** How often it was raised, where the calls say it exactly: the usage only rose, or rose and fell once. */
  readonly raised?: number | undefined;
}

/** D (docs/alerts.md): resolved below so much of the threshold. In between both are right, and at its rounding. */
const RESOLVED_BELOW = 0.95;
const ROUNDING = 1;

/** @returns a line for each rule whose alerts are not what the usage says */
export function ruleDifferences({ raised, open }: AlertHistory, expected: readonly ExpectedRule[]): string[] {
  return expected.flatMap(({ org, ruleId, threshold, used, raised: due }) => {
    const key = ruleKey(org, ruleId);
    const times = raised.get(key) ?? 0;
    const isOpen = open.has(key);
    const state = `${used} credits used, raised at ${threshold}`;
    return [
      ...(due === undefined || due === times
        ? []
        : [`the alert ${key} was raised ${times} times instead of ${due}`]),
      ...(used >= threshold && !isOpen ? [`the alert ${key} is not open: ${state}`] : []),
      ...(used < threshold * RESOLVED_BELOW - ROUNDING && isOpen
        ? [`the alert ${key} is not resolved: ${state}`]
        : []),
    ];
  });
}

/**
 * What the receiver accepted against the log: each alert of the organisations that have a destination at least once,
 * under one id, always with the same body, and nothing else.
 */
export function deliveryDifferences(
  { records }: AlertHistory,
  orgs: readonly string[],
  deliveries: ReadonlyMap<string, Delivery>,
): string[] {
  const due = new Map(
    records
      .filter(({ org }) => orgs.includes(org))
      .map((record) => [webhookIdOf(record.recordId, DESTINATION), record]),
  );
  const lines = [...due]
    .filter(([id]) => (deliveries.get(id)?.accepted ?? 0) === 0)
    .map(([, { phase, org, ruleId }]) => `not delivered: ${ruleKey(org, ruleId)}, ${phase}`);
  for (const [id, { type, org, isChanged }] of deliveries) {
    if (!due.has(id)) lines.push(`delivered, but not in the log: ${type} of ${org}, ${id}`);
    if (isChanged) lines.push(`delivered with two bodies: ${type} of ${org}, ${id}`);
  }
  return lines;
}
