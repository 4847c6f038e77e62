import { setTimeout as sleep } from 'node:timers/promises';
import type { Kafka } from 'kafkajs';
import type { Ledger } from '../ledger.ts';
import type { LimitChanges } from '../limit-changes.ts';
import { BUDGETED, CAPPED, INCLUDED } from '../limits/gated-orgs.ts';
import { ORGS } from '../traffic.ts';
import { ALERTED, DEFAULT_PERCENTS, FALLING, PERCENTS, ruleIdOf, thresholdOf } from './alerting.ts';
import { followAlerts, readAlertRecords, type AlertHistory } from './history.ts';
import { deliveryDifferences, ruleDifferences, type ExpectedRule } from './outcome.ts';
import type { FailingReceiver } from './receiver.ts';

export interface AlertsCompared {
  readonly kafka: Kafka;
  /** The topic of alerts. */
  readonly topic: string;
  readonly ledger: Ledger;
  readonly limits: Pick<LimitChanges, 'current'>;
  readonly receiver: FailingReceiver;
}

/** The second attempt of a delivery follows the first after up to 18 s, and the third after up to a minute. */
const COMPLETE_WITHIN_MS = 240_000;
const PAUSE_MS = 2_000;

/**
 * Compares the alerts of the log, and what the receiver got of them, with the calls that were made. What time alone
 * changes is waited for, and attempts that are due.
 * @returns the differences, a line each
 */
export async function alertsOutcome(
  compared: AlertsCompared,
): Promise<{ readonly summary: string; readonly differences: readonly string[] }> {
  const deadline = performance.now() + COMPLETE_WITHIN_MS;
  for (;;) {
    const history = followAlerts(await readAlertRecords(compared.kafka, compared.topic));
    const differences = differencesOf(history, compared);
    const isOver = differences.length === 0 && usedOf(compared.ledger, FALLING) === 0;
    if (isOver || performance.now() > deadline) return { summary: summaryOf(history, compared), differences };
    await sleep(PAUSE_MS);
  }
}

function differencesOf(history: AlertHistory, compared: AlertsCompared): string[] {
  return [
    ...history.differences,
    ...ruleDifferences(history, expectedRules(compared)),
    ...deliveryDifferences(history, ALERTED, compared.receiver.deliveries),
  ];
}

function expectedRules({ ledger, limits }: AlertsCompared): ExpectedRule[] {
  return [...ORGS, ...ALERTED].flatMap((org) => {
    const used = usedOf(ledger, org);
    const total = INCLUDED + limits.current(org);
    return percentsOf(org).map((percent) => {
      const threshold = thresholdOf(total, percent);
      const raised = timesRaised(ledger, org, used, threshold);
      return { org, ruleId: ruleIdOf(percent), threshold, used, raised };
    });
  });
}

const percentsOf = (org: string): readonly number[] =>
  ALERTED.some((each) => each === org) ? PERCENTS : DEFAULT_PERCENTS;

const usedOf = (ledger: Ledger, org: string): number => {
  const now = Date.now();
  return ledger.bounds(org, now, now).most;
};

/** @returns undefined where the usage may have passed the threshold several times */
function timesRaised(ledger: Ledger, org: string, used: number, threshold: number): number | undefined {
  // Its usage only fell, from what it had before the run.
  if (org === FALLING) return ledger.creditsOf(org) >= threshold ? 1 : 0;
  // Theirs only rose, under a limit that stays.
  if (org === BUDGETED || org === CAPPED) return used >= threshold ? 1 : 0;
  return undefined;
}

function summaryOf({ records }: AlertHistory, { receiver }: AlertsCompared): string {
  const raised = records.filter(({ phase }) => phase === 'raised').length;
  const attempts = [...receiver.deliveries.values()].reduce((sum, { attempts: each }) => sum + each, 0);
  const failures = Object.entries(receiver.failures)
    .filter(([name, count]) => name !== 'none' && count > 0)
    .map(([name, count]) => `${count} ${name}`);
  return (
    `${raised} alerts raised, ${records.length - raised} resolved; ` +
    `${receiver.deliveries.size} deliveries in ${attempts} attempts: ${failures.join(', ')}`
  );
}
