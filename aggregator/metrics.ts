import type { Registry } from 'prom-client';
import { observedCounter, observedGauge } from '../platform/health/observed-metrics.ts';
import { OUTCOMES, type TickHistory } from './tick-history.ts';

const PREFIX = 'api_credits_aggregator';

/** Prometheus has times in seconds. Unknown where the aggregator has not got anywhere. */
const secondsOf = (ms: number | undefined): number | undefined => (ms ? ms / 1_000 : undefined);

/** The metrics of this process: its ticks, and how far the last one found the work to be done. */
export function aggregatorMetrics(registry: Registry, ticks: TickHistory): void {
  const counter = (name: string, help: string, read: () => number): void =>
    observedCounter(registry, { name: `${PREFIX}_${name}_total`, help }, read);
  const gauge = (name: string, help: string, read: () => number | undefined): void =>
    observedGauge(registry, { name: `${PREFIX}_${name}`, help }, read);

  observedCounter(
    registry,
    {
      name: `${PREFIX}_ticks_total`,
      help: 'Ticks by their outcome; standby: another aggregator has the work.',
      labelNames: ['outcome'],
    },
    () => OUTCOMES.map((outcome) => ({ labels: { outcome }, value: ticks.counts[outcome] })),
  );
  counter('hours_sealed', 'Hours with events that this process sealed.', () => ticks.hoursSealed);
  counter(
    'invalidations_cleared',
    'Invalidations of late events that it handled.',
    () => ticks.invalidationsCleared,
  );
  counter('charges_appended', 'Revisions that it appended to daily-charges.', () => ticks.chargesAppended);
  gauge('last_good_tick_timestamp_seconds', 'The end of the last tick that did not fail.', () =>
    secondsOf(ticks.lastGoodAtMs),
  );
  gauge('last_tick_duration_seconds', 'How long the last tick took.', () => secondsOf(ticks.lastDurationMs));
  gauge('last_tick_failed', 'Whether the last tick failed: 1 or 0.', () =>
    Number(ticks.lastOutcome === 'failed'),
  );
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
