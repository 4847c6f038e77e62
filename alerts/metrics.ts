import type { Registry } from 'prom-client';
import { observedCounter, observedGauge } from '../platform/health/observed-metrics.ts';
import { tickMetrics } from '../platform/health/tick-metrics.ts';
import type { DeliveryCounts } from './delivery/deliverer.ts';
import type { TickHistory } from './tick-history.ts';

const PREFIX = 'api_credits_alerts';

export interface MeasuredParts {
  readonly ticks: TickHistory;
  readonly deliveries: () => DeliveryCounts;
  /** Of the process that has the work; undefined while it stands by. */
  readonly state: () => { readonly open: number; readonly due: number; readonly queued: number } | undefined;
}

/** The metrics of this process: its ticks, what they decided, and what became of deliveries. */
export function alertsMetrics(registry: Registry, { ticks, deliveries, state }: MeasuredParts): void {
  const counter = (name: string, help: string, read: () => number): void =>
    observedCounter(registry, { name: `${PREFIX}_${name}_total`, help }, read);
  const gauge = (name: string, help: string, read: () => number | undefined): void =>
    observedGauge(registry, { name: `${PREFIX}_${name}`, help }, read);

  tickMetrics(registry, PREFIX, ticks);
  counter('looks', 'Exact readings of the usage of a subscription.', () => ticks.looks);
  counter('failed_looks', 'Those of them that failed.', () => ticks.failedLooks);
  counter('raised', 'Alerts that this process decided to raise.', () => ticks.raised);
  counter('resolved', 'Alerts that it decided to resolve.', () => ticks.resolved);
  counter('delivery_attempts', 'Attempts to deliver.', () => deliveries().attempts);
  counter('delivered', 'Deliveries that were made.', () => deliveries().delivered);
  counter('deliveries_failed', 'Deliveries that were given up.', () => deliveries().failed);
  gauge('open', 'Alerts that are open.', () => state()?.open);
  gauge('due_looks', 'Subscriptions that wait to be looked at.', () => state()?.due);
  gauge('queued_deliveries', 'Deliveries in memory that are not made yet.', () => state()?.queued);
}
