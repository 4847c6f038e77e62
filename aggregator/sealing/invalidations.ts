import { Type, type Static } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { instant, second, toSeconds } from '../../platform/clickhouse/sql-time.ts';
import { END_OF_INSTANTS, formatInstant } from '../../domain/instants.ts';

/** The most invalidations that are read at once: some tens of megabytes. */
export const INVALIDATIONS_PER_READ = 100_000;

/**
 * Bounds the memory of writing as many as are read at once. Each stands for itself: after a crash between two inserts
 * those that are left are handled again.
 */
const ROWS_PER_INSERT = 20_000;

const InvalidationRow = Type.Object({ org_id: Type.String(), hour: Type.Integer(), id: Type.String() });
/**
 * Rows of an organisation landed after their quarter hour had ended, so the rollup of their hour must be counted again. A
 * view writes invalidations into the table dirty_marks (schemas/clickhouse/0031). `hour` is in epoch milliseconds.
 */
export type Invalidation = Static<typeof InvalidationRow>;
const SELECT =
  'SELECT org_id, toUnixTimestamp(hour) * 1000 AS hour, toString(id) AS id FROM dirty_marks FINAL';

/**
 * Not those that an erasing command holds (schemas/clickhouse/0021). After a day the command has failed, and they are
 * ordinary ones.
 */
const FREE = `(held_by = '' OR marked_at < now64(3) - INTERVAL 1 DAY)`;

/** The values of the column `cleared`; the greatest counts (schemas/clickhouse/0014). */
const STATE = { invalidated: 0, resealed: 1, cleared: 2 } as const;

/**
 * The invalidations of sealed hours, newest hours first: current usage reads the last 24 hours. Hours that are not
 * sealed yet are left out: their first seal counts the late rows anyway. Returns none until the first invalidation is
 * `gatherMs` old, then all of them: a burst of late events causes one re-seal and one revision, and a steady stream
 * cannot delay them.
 * @param sealedUntil progress `sealed`, epoch milliseconds
 */
export async function readInvalidations(
  client: ClickHouseClient,
  sealedUntil: number,
  gatherMs: number,
  limit = INVALIDATIONS_PER_READ,
): Promise<Invalidation[]> {
  return select(
    client,
    InvalidationRow,
    `${SELECT}
     WHERE cleared = ${STATE.invalidated} AND dirty_marks.hour < ${second('sealed')} AND ${FREE}
     QUALIFY min(marked_at) OVER () <= now64(3) - toIntervalMillisecond({gather:UInt32})
     ORDER BY dirty_marks.hour DESC LIMIT {limit:UInt32}`,
    { sealed: sealedUntil / 1000, gather: gatherMs, limit },
  );
}

/**
 * The invalidations of some hours, all of one organisation after those of another, at most as many as are read at once:
 * the others wait for a later count. Whatever counts these hours afterwards has their events: an event is there before
 * its invalidation.
 * @param hours their starts, epoch milliseconds
 * @param before only those of events that were inserted before this instant
 */
export async function readInvalidationsOf(
  client: ClickHouseClient,
  hours: readonly number[],
  before = END_OF_INSTANTS,
): Promise<Invalidation[]> {
  return select(
    client,
    InvalidationRow,
    `${SELECT}
     WHERE cleared = ${STATE.invalidated} AND dirty_marks.hour IN {hours:Array(UInt32)} AND ${FREE}
       AND marked_at < ${instant('before')}
     ORDER BY dirty_marks.hour, org_id LIMIT ${INVALIDATIONS_PER_READ}`,
    { hours: hours.map(toSeconds), before },
  );
}

const CountRow = Type.Object({ invalidations: Type.Integer() });

/** How many invalidations of sealed hours there are, also those that are still gathered. */
export async function countInvalidations(client: ClickHouseClient, sealedUntil: number): Promise<number> {
  const [row] = await select(
    client,
    CountRow,
    `SELECT count() AS invalidations FROM dirty_marks FINAL
     WHERE cleared = ${STATE.invalidated} AND hour < ${second('sealed')} AND ${FREE}`,
    { sealed: sealedUntil / 1000 },
  );
  return row?.invalidations ?? 0;
}

/** The invalidations whose hours are sealed again and whose days are not closed again yet, by organisation. */
export async function readResealed(
  client: ClickHouseClient,
  limit = INVALIDATIONS_PER_READ,
): Promise<Invalidation[]> {
  return select(
    client,
    InvalidationRow,
    `${SELECT}
     WHERE cleared = ${STATE.resealed} ORDER BY org_id, dirty_marks.hour LIMIT {limit:UInt32}`,
    { limit },
  );
}

/**
 * Invalidates hours: every reader counts them from the events until they are sealed again.
 * @param heldBy the erasure that seals them again itself; empty: an aggregator does
 */
export async function addInvalidations(
  client: ClickHouseClient,
  invalidations: readonly Invalidation[],
  heldBy = '',
): Promise<void> {
  await writeInvalidations(client, invalidations, STATE.invalidated, heldBy);
}

/** The invalidations of an organisation that an erasure holds. */
export async function readHeld(
  client: ClickHouseClient,
  orgId: string,
  heldBy: string,
): Promise<Invalidation[]> {
  return select(
    client,
    InvalidationRow,
    `${SELECT} WHERE cleared = ${STATE.invalidated} AND org_id = {org:String} AND held_by = {held_by:String}
     ORDER BY dirty_marks.hour`,
    { org: orgId, held_by: heldBy },
  );
}

/** Records exactly these as sealed again; one that was added since they were read remains. */
export async function recordResealed(
  client: ClickHouseClient,
  invalidations: readonly Invalidation[],
): Promise<void> {
  await writeInvalidations(client, invalidations, STATE.resealed);
}

/** Clears exactly these invalidations; one that was added since they were read remains. */
export async function clearInvalidations(
  client: ClickHouseClient,
  invalidations: readonly Invalidation[],
): Promise<void> {
  await writeInvalidations(client, invalidations, STATE.cleared);
}

async function writeInvalidations(
  client: ClickHouseClient,
  invalidations: readonly Invalidation[],
  state: (typeof STATE)[keyof typeof STATE],
  heldBy = '',
): Promise<void> {
  for (let start = 0; start < invalidations.length; start += ROWS_PER_INSERT) {
    await client.insert({
      table: 'dirty_marks',
      values: invalidations.slice(start, start + ROWS_PER_INSERT).map(({ org_id, hour, id }) => ({
        org_id,
        hour: formatInstant(hour),
        id,
        cleared: state,
        held_by: heldBy,
      })),
      format: 'JSONEachRow',
    });
  }
}
