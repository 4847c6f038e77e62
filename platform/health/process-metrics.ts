import { collectDefaultMetrics, type Registry } from 'prom-client';
import { observedGauge } from './observed-metrics.ts';

/**
 * How often the delay of the event loop is sampled, and what its percentiles show at rest. At the library's default of
 * 10 ms the timer takes 0.5 % of a core of an otherwise idle process, at 100 ms 0.05 %.
 */
const EVENT_LOOP_SAMPLED_EVERY_MS = 100;

/** The library's metrics of the process: memory, CPU time, event loop, garbage collection. */
export function collectProcessMetrics(register: Registry): void {
  collectDefaultMetrics({ register, eventLoopMonitoringPrecision: EVENT_LOOP_SAMPLED_EVERY_MS });
}

/** What /readyz says, for alerts. */
export function collectReadiness(register: Registry, isReady: () => boolean): void {
  const help = 'Whether /readyz of this process answers 200: 1 or 0.';
  observedGauge(register, { name: 'api_credits_process_ready', help }, () => Number(isReady()));
}
