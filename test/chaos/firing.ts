import { join } from 'node:path';
import { startPrometheus } from '../deploy/monitoring/prometheus.ts';
import { prometheus } from '../deploy/tools/programs.ts';
import { until } from '../until.ts';

/** What every run brings about, and keeps until its end. */
const EXPECTED = ['ApiCreditsInvalidRecords', 'ApiCreditsOrgsSetAside'];

const missingOf = (fired: readonly string[]): string[] => EXPECTED.filter((alert) => !fired.includes(alert));

/** The alerts of deploy/monitoring/ that fire during a run. */
export interface FiringAlerts {
  /** Once the run has settled. @returns those that have fired, and the expected ones that have not */
  outcome(): Promise<{ readonly fired: readonly string[]; readonly missing: readonly string[] }>;
  stop(): Promise<void>;
}

/**
 * Scrapes the APIs with a Prometheus that evaluates the rules in a hurry.
 * @returns undefined where there is no Prometheus
 */
export async function watchFiring(
  dataDir: string,
  apis: readonly string[],
): Promise<FiringAlerts | undefined> {
  const tool = await prometheus();
  if (tool.notRun !== undefined) return undefined;
  const targets = apis.map((url) => new URL(url).host);
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
