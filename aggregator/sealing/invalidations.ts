import { Type, type Static } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { chunksOf } from './chunks.ts';
import { writeRollup } from './rollup.ts';

/** Marks handled at once: bounds the memory. */
export const INVALIDATIONS_AT_ONCE = 20_000;

const InvalidationRow = Type.Object({ org_id: Type.String(), hour: Type.Integer(), id: Type.String() });
/** (org, hour) got rows after its hour had ended; `hour` in epoch milliseconds. */
export type Invalidation = Static<typeof InvalidationRow>;

/**
 * The oldest hours' marks that are ready: their hour is sealed (else its first seal comes anyway). All of them, once
 * the first has waited for some seconds: late events make one re-seal and one revision in that time, also where they
 * never stop.
 */
export async function readInvalidations(
  client: ClickHouseClient,
  sealedUntil: number,
  gatherMs: number,
): Promise<Invalidation[]> {
  return select(
    client,
    InvalidationRow,
    `SELECT org_id, toUnixTimestamp(hour) * 1000 AS hour, toString(id) AS id FROM dirty_marks FINAL
     WHERE cleared = 0 AND dirty_marks.hour < toDateTime({sealed:UInt32}, 'UTC')
     QUALIFY min(marked_at) OVER () <= now64(3) - toIntervalMillisecond({gather:UInt32})
     ORDER BY dirty_marks.hour LIMIT ${INVALIDATIONS_AT_ONCE}`,
    { sealed: sealedUntil / 1000, gather: gatherMs },
  );
}

/** Counts the marked hours of the marked orgs again. The marks stay: what else depends on them comes first. */
export async function resealInvalidated(
  client: ClickHouseClient,
  invalidations: readonly Invalidation[],
): Promise<void> {
  const hours = [...new Set(invalidations.map(({ hour }) => hour))];
  for (const some of await chunksOf(client, hours)) await writeRollup(client, some, 'marked');
}

/** Marks hours of orgs: every reader counts them from the events until the marks are cleared. */
export async function addInvalidations(
  client: ClickHouseClient,
  invalidations: readonly Invalidation[],
): Promise<void> {
  await writeInvalidations(client, invalidations, 0);
}

/** Clears exactly the marks that were read before the seal; one that came since stands. */
export async function clearInvalidations(
  client: ClickHouseClient,
  invalidations: readonly Invalidation[],
): Promise<void> {
  await writeInvalidations(client, invalidations, 1);
}

async function writeInvalidations(
  client: ClickHouseClient,
  invalidations: readonly Invalidation[],
  cleared: 0 | 1,
): Promise<void> {
  if (invalidations.length === 0) return;
  await client.insert({
    table: 'dirty_marks',
    values: invalidations.map(({ org_id, hour, id }) => ({
      org_id,
      hour: new Date(hour).toISOString(),
      id,
      cleared,
    })),
    format: 'JSONEachRow',
  });
}
