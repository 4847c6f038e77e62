import { join } from 'node:path';
import { startPrometheus } from '../deploy/monitoring/prometheus.ts';
import { prometheus } from '../deploy/tools/programs.ts';
import { until } from '../until.ts';
import { LONG_RUN_S } from './outages.ts';

/** What every run brings about, and keeps until its end. */
const ALWAYS = ['ApiCreditsInvalidRecords', 'ApiCreditsOrgsSetAside'];
/** What the outages of a long run bring about (outages.ts), and its dead letters. RELIABILITY.md says why no others. */
const IN_LONG_RUNS = [
  'ApiCreditsNotMonitored',
  'ApiCreditsProcessDown',
  'ApiCreditsProcessNotReady',
  'ApiCreditsClickHouseUnavailable',
  'ApiCreditsLandingLags',
  'ApiCreditsPartitionLags',
  'ApiCreditsLandingStepFails',
  'ApiCreditsNewDeadLetters',
  'ApiCreditsAggregatorStalled',
  'ApiCreditsRequestsFail',
  'ApiCreditsAnswersSlow',
];

/** The alerts of deploy/monitoring/ that fire during a run. */
export interface FiringAlerts {
  /** Once the run has settled. @returns those that have fired, and the expected ones that have not */
  outcome(): Promise<{ readonly fired: readonly string[]; readonly missing: readonly string[] }>;
  stop(): Promise<void>;
}

/**
 * Scrapes the processes of a stack with a Prometheus that evaluates the rules in a hurry.
 * @param targets `host:port` of the processes
 * @param seconds of the run
 * @returns undefined where there is no Prometheus
 */
export async function watchFiring(
  dataDir: string,
  targets: readonly string[],
  seconds: number,
): Promise<FiringAlerts | undefined> {
  const tool = await prometheus();
  if (tool.notRun !== undefined) return undefined;
  const expected = seconds < LONG_RUN_S ? ALWAYS : [...ALWAYS, ...IN_LONG_RUNS];
  const missingOf = (fired: readonly string[]): string[] =>
    expected.filter((alert) => !fired.includes(alert));
  const server = await startPrometheus(tool.path, join(dataDir, 'prometheus'), targets);
  return {
    outcome: async () => {
      await until('the expected alerts fire', async () => missingOf(await server.fired()).length === 0).catch(
        () => undefined,
      );
      const fired = await server.fired();
      return { fired: fired.toSorted(), missing: missingOf(fired) };
    },
    stop: () => server.stop(),
  };
}
