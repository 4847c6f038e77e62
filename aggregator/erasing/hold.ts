import { randomUUID } from 'node:crypto';
import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { second } from '../../platform/clickhouse/sql-time.ts';
import type { Erasure } from '../../store/erasures/erasure.ts';
import { addInvalidations, readHeld, type Invalidation } from '../sealing/invalidations.ts';
import { EVENTS_OF_PERSON, personParams, ROLLUP_OF_PERSON, ROLLUPS_OF_USERS } from './person.ts';

const HourRow = Type.Object({ hour: Type.Integer() });

/**
 * Holds every hour in which a person called: readers count it from the events, and no aggregator seals it again, until
 * the command has replaced the person's rows and seals it itself.
 * @param eventsFrom older hours are left out: retention may drop their events at any time
 * @returns the invalidations that hold them, of earlier runs too
 */
export async function holdHours(
  client: ClickHouseClient,
  erasure: Erasure,
  orgId: string,
  eventsFrom: number,
): Promise<Invalidation[]> {
  const rows = await select(
    client,
    HourRow,
    `SELECT toUnixTimestamp(found) * 1000 AS hour FROM (
       SELECT DISTINCT toStartOfHour(occurred_at) AS found FROM call_events WHERE ${EVENTS_OF_PERSON}
       ${ROLLUPS_OF_USERS.map(
         ({ table }) =>
           `UNION DISTINCT SELECT DISTINCT toStartOfHour(bucket) AS found FROM ${table} WHERE ${ROLLUP_OF_PERSON}`,
       ).join(' ')}
     ) WHERE found >= ${second('from')} ORDER BY hour`,
    { ...personParams(erasure, orgId), from: Math.max(0, eventsFrom) / 1_000 },
  );
  const held = await readHeld(client, orgId, erasure.id);
  const isHeld = new Set(held.map(({ hour }) => hour));
  const added = rows
    .filter(({ hour }) => !isHeld.has(hour))
    .map(({ hour }) => ({ org_id: orgId, hour, id: randomUUID() }));
  await addInvalidations(client, added, erasure.id);
  return [...held, ...added];
}
