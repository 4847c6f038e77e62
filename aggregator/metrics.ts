import type { Registry } from 'prom-client';
import { observedCounter, observedGauge } from '../platform/health/observed-metrics.ts';
import { secondsOf, tickMetrics } from '../platform/health/tick-metrics.ts';
import type { TickHistory } from './tick-history.ts';

const PREFIX = 'api_credits_aggregator';

/** The metrics of this process: its ticks, and how far the last one found the work to be done. */
export function aggregatorMetrics(registry: Registry, ticks: TickHistory): void {
  const counter = (name: string, help: string, read: () => number): void =>
    observedCounter(registry, { name: `${PREFIX}_${name}_total`, help }, read);
  const gauge = (name: string, help: string, read: () => number | undefined): void =>
    observedGauge(registry, { name: `${PREFIX}_${name}`, help }, read);

  tickMetrics(registry, PREFIX, ticks);
  counter('hours_sealed', 'Hours with events that this process sealed.', () => ticks.hoursSealed);
  counter(
    'invalidations_cleared',
    'Invalidations of late events that it handled.',
    () => ticks.invalidationsCleared,
  );
  counter('charges_appended', 'Revisions that it appended to daily-charges.', () => ticks.chargesAppended);
  gauge('sealed_until_timestamp_seconds', 'Hours before this instant are sealed.', () =>
    secondsOf(ticks.last?.sealedUntil),
  );
  gauge('closed_until_timestamp_seconds', 'Days that ended by this instant are closed.', () =>
    secondsOf(ticks.last?.closedUntil),
  );
  gauge(
    'orgs_set_aside',
    'Organisations whose days could not be closed in the last tick that did its work.',
    () => ticks.last?.orgsSetAside,
  );
}
