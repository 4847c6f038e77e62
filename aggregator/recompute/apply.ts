import { randomUUID } from 'node:crypto';
import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { closeDays, type Closing } from '../closing/close-days.ts';
import { clearInvalidations, addInvalidations } from '../sealing/invalidations.ts';
import { chunksOf } from '../sealing/chunks.ts';
import { writeRollup } from '../sealing/rollup.ts';
import type { OrgHistory } from '../../domain/settings/org-history.ts';
import type { BucketDifference } from './recount.ts';
import type { Recomputed } from './recompute.ts';
import { HOUR_MS } from '../../schemas/time-units.ts';
import { floorTo } from '../../domain/instants.ts';

/**
 * Makes what is kept say what the events say: hours are sealed again, days get a further revision. A final statement's
 * days are not changed by it: the revision is billed in the current period (domain.md).
 *
 * The hours are marked first, so that every reader counts them from the events until they are right, and so that an
 * aggregator finishes what a crash of this leaves; the marks are cleared last.
 * @returns how many revisions it appended
 */
export async function applyRecomputed(
  closing: Closing,
  org: OrgHistory,
  { buckets, charges, sealedUntil }: Recomputed,
): Promise<number> {
  const { client } = closing;
  const hours = [...new Set(buckets.map(({ bucket }) => floorTo(bucket, HOUR_MS)))];
  const invalidations = hours.map((hour) => ({ org_id: org.orgId, hour, id: randomUUID() }));
  await addInvalidations(client, invalidations);
  for (const some of await chunksOf(client, hours)) {
    await writeRollup(client, some, 'marked');
    const damaged = buckets.filter(({ bucket }) => some.includes(floorTo(bucket, HOUR_MS)));
    // After the good rows are there; again after it, for a merge may have kept the bad one of the two.
    if (await dropNewerThanTheEvents(client, org.orgId, damaged)) await writeRollup(client, some, 'marked');
  }
  const candidates = charges.map(({ day }) => ({ orgId: org.orgId, day }));
  const appended = await closeDays(closing, candidates, sealedUntil);
  await clearInvalidations(client, invalidations);
  return appended;
}

/**
 * Rows whose version claims more events than there are can never be replaced by right ones: they are deleted.
 * @returns whether there were buckets to look at
 */
async function dropNewerThanTheEvents(
  client: ClickHouseClient,
  orgId: string,
  damaged: readonly BucketDifference[],
): Promise<boolean> {
  for (const table of ['usage_15m', 'usage_15m_by'] as const) {
    const own = damaged.filter((each) => each.table === table);
    if (own.length === 0) continue;
    await client.command({
      query: `DELETE FROM ${table}
        WHERE org_id = {org:String} AND has({buckets:Array(UInt32)}, toUnixTimestamp(bucket))
          AND seen > {seen:Array(UInt128)}[indexOf({buckets:Array(UInt32)}, toUnixTimestamp(bucket))]`,
      query_params: {
        org: orgId,
        buckets: own.map(({ bucket }) => bucket / 1000),
        seen: own.map(({ seen }) => BigInt(seen)),
      },
      clickhouse_settings: { lightweight_deletes_sync: '2' },
    });
  }
  return damaged.length > 0;
}
