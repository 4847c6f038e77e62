import type { Registry } from 'prom-client';
import { observedCounter, observedGauge } from '../platform/health/observed-metrics.ts';
import type { Accounts } from './accounts.ts';
import type { Decisions } from './decisions.ts';
import type { Membership } from './membership.ts';

const PREFIX = 'api_credits_gate';

/** The metrics of this process. */
export function gateMetrics(
  registry: Registry,
  parts: { readonly accounts: Accounts; readonly decisions: Decisions; readonly membership: Membership },
): void {
  const { accounts, decisions, membership } = parts;
  const gauge = (name: string, help: string, read: () => number): void =>
    observedGauge(registry, { name: `${PREFIX}_${name}`, help }, read);
  const name = `${PREFIX}_decisions_total`;
  const help = 'Decisions over HTTP by their outcome; would_reject: admitted in a dry run.';
  observedCounter(registry, { name, help, labelNames: ['outcome'] }, () =>
    (['admitted', 'rejected', 'would_reject'] as const).map((outcome) => ({
      labels: { outcome },
      value: decisions.tally[outcome],
    })),
  );
  gauge('open_decisions', 'Decisions over HTTP that are not settled.', () => decisions.open);
  observedCounter(
    registry,
    {
      name: `${PREFIX}_lease_requests_total`,
      help: 'Requests for leases; failed: Kafka or ClickHouse did not answer.',
      labelNames: ['outcome'],
    },
    () =>
      (['answered', 'failed'] as const).map((outcome) => ({
        labels: { outcome },
        value: accounts.tally[outcome],
      })),
  );
  gauge(
    'owned_partitions',
    'Partitions of the leases that it grants from.',
    () => membership.ownership.owned().length,
  );
  gauge(
    'restoring_partitions',
    'Partitions that it reads before it grants from them.',
    () => membership.restoringCount,
  );
  gauge('subscriptions', 'Subscriptions with leases.', () => accounts.totals().accounts);
  gauge('leases', 'Leases that count.', () => accounts.totals().leases);
  gauge('held_credits', 'Credits that leases hold.', () => accounts.totals().held);
}
