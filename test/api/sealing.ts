import { readProgress } from '../../store/progress/aggregator-progress.ts';
import {
  clearInvalidations,
  readInvalidations,
  resealInvalidated,
} from '../../aggregator/sealing/invalidations.ts';
import { sealEndedHours } from '../../aggregator/sealing/seal-hours.ts';
import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';

/**
 * All that the aggregator does about hours that had ended by then. Events of the past mark their hours, and marked
 * hours are read from the events: only without marks is it the rollup that answers.
 */
export async function sealAll(client: ClickHouseClient, until: number): Promise<void> {
  await sealEndedHours(client, until, 0);
  const { sealed } = await readProgress(client);
  for (;;) {
    const invalidations = await readInvalidations(client, sealed, 0);
    if (invalidations.length === 0) return;
    await resealInvalidated(client, invalidations);
    await clearInvalidations(client, invalidations);
  }
}
