import { readProgress } from '../../store/progress/aggregator-progress.ts';
import { clearInvalidations, readInvalidations } from '../../aggregator/sealing/invalidations.ts';
import { resealInvalidated } from '../../aggregator/sealing/reseal.ts';
import { sealEndedHours } from '../../aggregator/sealing/seal-hours.ts';
import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';

/**
 * Seals the ended hours as the aggregator does. Past events invalidate their hours, and invalidated
 * hours are read from the events: only without invalidations do the figures come from the rollup.
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
