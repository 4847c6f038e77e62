import { Type, type Static } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { second } from '../../platform/clickhouse/sql-time.ts';
import { formatInstant } from '../../domain/instants.ts';
import { chunksOf } from './chunks.ts';
import { writeRollup } from './rollup.ts';

/** The most invalidations that one pass handles: bounds the memory. */
export const INVALIDATIONS_PER_PASS = 20_000;

const InvalidationRow = Type.Object({ org_id: Type.String(), hour: Type.Integer(), id: Type.String() });
/**
 * Rows of an organisation landed after their hour had ended, so its rollup must be counted again. A view writes
 * invalidations into the table dirty_marks (schemas/clickhouse/0003). `hour` is in epoch milliseconds.
 */
export type Invalidation = Static<typeof InvalidationRow>;

/**
 * The invalidations of sealed hours, oldest hours first. Hours that are not sealed yet are left out: their first seal
 * counts the late rows anyway. Returns none until the first invalidation is `gatherMs` old, then all of them: a burst
 * of late events causes one re-seal and one revision, and a steady stream cannot delay them.
 * @param sealedUntil progress `sealed`, epoch milliseconds
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
     WHERE cleared = 0 AND dirty_marks.hour < ${second('sealed')}
     QUALIFY min(marked_at) OVER () <= now64(3) - toIntervalMillisecond({gather:UInt32})
     ORDER BY dirty_marks.hour LIMIT ${INVALIDATIONS_PER_PASS}`,
    { sealed: sealedUntil / 1000, gather: gatherMs },
  );
}

/** Counts the invalidated hours again. The invalidations stay until everything that depends on them is done. */
export async function resealInvalidated(
  client: ClickHouseClient,
  invalidations: readonly Invalidation[],
): Promise<void> {
  const hours = [...new Set(invalidations.map(({ hour }) => hour))];
  for (const chunk of await chunksOf(client, hours)) await writeRollup(client, chunk, 'invalidated');
}

/** Invalidates hours: every reader counts them from the events until the invalidations are cleared. */
export async function addInvalidations(
  client: ClickHouseClient,
  invalidations: readonly Invalidation[],
): Promise<void> {
  await writeInvalidations(client, invalidations, 0);
}

/** Clears exactly these invalidations; one that was added since they were read remains. */
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
      hour: formatInstant(hour),
      id,
      cleared,
    })),
    format: 'JSONEachRow',
  });
}
