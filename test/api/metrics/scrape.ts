import { until } from '../../until.ts';
import type { ApiUnderTest } from '../api-under-test.ts';

/** The longest time for which further scrapes share a reading, a failed one too. */
const MAX_AGE_MS = 30_000;

/**
 * Scrapes /metrics until it has what is expected. A scrape gives up after two seconds, which a busy machine may
 * need. Before each further one the API's clock moves on, so that the API reads ClickHouse again.
 * @returns the last scrape
 */
export async function scrapeUntil(
  api: Pick<ApiUnderTest, 'clock' | 'get'>,
  what: string,
  isComplete: (metrics: string) => boolean,
): Promise<string> {
  let metrics = '';
  await until(what, async () => {
    if (metrics !== '') api.clock.now += MAX_AGE_MS;
    metrics = String((await api.get('/metrics')).body);
    return isComplete(metrics);
  });
  return metrics;
}
