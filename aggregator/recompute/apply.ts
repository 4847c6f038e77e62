import { randomUUID } from 'node:crypto';
import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { closeDays, type Closing } from '../closing/close-days.ts';
import { clearInvalidations, addInvalidations } from '../sealing/invalidations.ts';
import { chunksOf } from '../sealing/chunks.ts';
import { writeRollup } from '../sealing/rollup.ts';
import type { OrgHistory } from '../../domain/settings/org-history.ts';
import type { BucketDifference } from './recount.ts';
import type { Recomputed } from './recompute.ts';
import { ROLLUPS } from '../../store/usage/breakdowns.ts';
import { HOUR_MS } from '../../schemas/time-units.ts';
import { floorTo } from '../../domain/instants.ts';

/**
 * Corrects the stored figures to match the events: seals the differing hours again and appends a revision for each
 * differing day. The days of a final statement stay as they are: their revision is billed in the current period
 * (domain.md, Open, closed, final).
 *
 * Invalidates the hours first and clears the invalidations last. In between every reader counts these hours from the
 * events, and after a crash an aggregator completes the work.
 * @param nodes of the tables of each server (platform/clickhouse/cluster.ts)
 * @returns the number of revisions appended
 */
export async function applyRecomputed(
  closing: Closing,
  nodes: readonly ClickHouseClient[],
  org: Pick<OrgHistory, 'orgId'>,
  { buckets, charges, sealedUntil }: Recomputed,
): Promise<number> {
  const { client } = closing;
  const hours = [...new Set(buckets.map(({ bucket }) => floorTo(bucket, HOUR_MS)))];
  const invalidations = hours.map((hour) => ({ org_id: org.orgId, hour, id: randomUUID() }));
  await addInvalidations(client, invalidations);
  for (const chunk of await chunksOf(client, hours)) {
    await writeRollup(client, chunk, 'invalidated');
    const damaged = buckets.filter(({ bucket }) => chunk.includes(floorTo(bucket, HOUR_MS)));
    // The right rows are written before the delete and again after it: a merge in between may have kept the wrong row.
    if (await deleteRowsAboveVersion(nodes, org.orgId, damaged)) {
      await writeRollup(client, chunk, 'invalidated');
    }
  }
  const candidates = charges.map(({ day }) => ({ orgId: org.orgId, day }));
  const appended = await closeDays(closing, candidates, sealedUntil);
  await clearInvalidations(client, invalidations);
  return appended;
}

/**
 * Deletes rows whose version is above that of their events: ReplacingMergeTree would keep them over every right row.
 * @returns whether there were buckets to check
 */
async function deleteRowsAboveVersion(
  nodes: readonly ClickHouseClient[],
  orgId: string,
  damaged: readonly BucketDifference[],
): Promise<boolean> {
  for (const { table } of ROLLUPS) {
    const own = damaged.filter((each) => each.table === table);
    if (own.length === 0) continue;
    const statement = {
      query: `DELETE FROM ${table}
        WHERE org_id = {org:String} AND has({buckets:Array(UInt32)}, toUnixTimestamp(bucket))
          AND seen > {versions:Array(UInt128)}[indexOf({buckets:Array(UInt32)}, toUnixTimestamp(bucket))]`,
      query_params: {
        org: orgId,
        buckets: own.map(({ bucket }) => bucket / 1000),
        versions: own.map(({ version }) => BigInt(version)),
      },
      clickhouse_settings: { lightweight_deletes_sync: '2' },
    } as const;
    // Rows are deleted where they are: not through a Distributed table.
    for (const node of nodes) await node.command(statement);
  }
  return damaged.length > 0;
}
