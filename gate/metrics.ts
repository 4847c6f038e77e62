import type { Registry } from 'prom-client';
import { observedCounter, observedGauge } from '../platform/health/observed-metrics.ts';
import { SECOND_MS } from '../schemas/time-units.ts';
import { LEASE_PARTITIONS } from '../schemas/topics.ts';
import type { Accounts } from './accounts.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { Decisions } from './decisions.ts';
import type { Membership } from './membership.ts';

const PREFIX = 'api_credits_gate';

/** The metrics of this process. */
export function gateMetrics(
  registry: Registry,
  parts: {
    readonly accounts: Accounts;
    readonly decisions: Decisions;
    readonly membership: Membership;
    readonly checkpoints: Checkpoints;
  },
): void {
  const { accounts, decisions, membership, checkpoints } = parts;
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
  gauge('open_decisions', 'Decisions over HTTP that are not settled.', () => decisions.open.count);
  const givenUp = {
    name: `${PREFIX}_given_up_decisions_total`,
    help: 'Decisions over HTTP that were not settled while too many were open: their credits are held for a day.',
  };
  observedCounter(registry, givenUp, () => [{ labels: {}, value: decisions.open.givenUp }]);
  gauge(
    'landing_wait_seconds',
    'How long the oldest checkpoint has waited until every call before it has landed.',
    () => checkpoints.waitMs / SECOND_MS,
  );
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
    'lease_partitions',
    'Partitions of the leases that there are, for all gates.',
    () => LEASE_PARTITIONS,
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
