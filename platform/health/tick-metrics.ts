import type { Registry } from 'prom-client';
import { OUTCOMES, type Ticks } from '../lifecycle/ticks.ts';
import { observedCounter, observedGauge } from './observed-metrics.ts';

/** Prometheus has times in seconds. Unknown where the process has not got anywhere. */
export const secondsOf = (ms: number | undefined): number | undefined => (ms ? ms / 1_000 : undefined);

/** The metrics of any process that ticks. @param prefix of their names */
export function tickMetrics(registry: Registry, prefix: string, ticks: Ticks): void {
  const gauge = (name: string, help: string, read: () => number | undefined): void =>
    observedGauge(registry, { name: `${prefix}_${name}`, help }, read);
  observedCounter(
    registry,
    {
      name: `${prefix}_ticks_total`,
      help: 'Ticks by their outcome; standby: another process has the work.',
      labelNames: ['outcome'],
    },
    () => OUTCOMES.map((outcome) => ({ labels: { outcome }, value: ticks.counts[outcome] })),
  );
  gauge('last_good_tick_timestamp_seconds', 'The end of the last tick that did not fail.', () =>
    secondsOf(ticks.lastGoodAtMs),
  );
  gauge('last_tick_duration_seconds', 'How long the last tick took.', () => secondsOf(ticks.lastDurationMs));
  gauge('last_tick_failed', 'Whether the last tick failed: 1 or 0.', () =>
    Number(ticks.lastOutcome === 'failed'),
  );
}
