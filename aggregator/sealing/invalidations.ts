import { Type, type Static } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { portionsOf } from './chunks.ts';
import { writeRollup } from './rollup.ts';

/** Marks handled at once: bounds the memory. */
export const MARKS_AT_ONCE = 20_000;

const MarkRow = Type.Object({ org_id: Type.String(), hour: Type.Integer(), id: Type.String() });
/** (org, hour) got rows after its hour had ended; `hour` in epoch milliseconds. */
export type Mark = Static<typeof MarkRow>;

/**
 * The oldest hours' marks that are ready: their hour is sealed (else its first seal comes anyway). All of them, once
 * the first has waited for some seconds: late events make one re-seal and one revision in that time, also where they
 * never stop.
 */
export async function readMarks(
  client: ClickHouseClient,
  sealedUntil: number,
  gatherMs: number,
): Promise<Mark[]> {
  return select(
    client,
    MarkRow,
    `SELECT org_id, toUnixTimestamp(hour) * 1000 AS hour, toString(id) AS id FROM dirty_marks FINAL
     WHERE cleared = 0 AND dirty_marks.hour < toDateTime({sealed:UInt32}, 'UTC')
     QUALIFY min(marked_at) OVER () <= now64(3) - toIntervalMillisecond({gather:UInt32})
     ORDER BY dirty_marks.hour LIMIT ${MARKS_AT_ONCE}`,
    { sealed: sealedUntil / 1000, gather: gatherMs },
  );
}

/** Counts the marked hours of the marked orgs again. The marks stay: what else depends on them comes first. */
export async function resealMarked(client: ClickHouseClient, marks: readonly Mark[]): Promise<void> {
  const hours = [...new Set(marks.map(({ hour }) => hour))];
  for (const some of await portionsOf(client, hours)) await writeRollup(client, some, 'marked');
}

/** Marks hours of orgs: every reader counts them from the events until the marks are cleared. */
export async function setMarks(client: ClickHouseClient, marks: readonly Mark[]): Promise<void> {
  await writeMarks(client, marks, 0);
}

/** Clears exactly the marks that were read before the seal; one that came since stands. */
export async function clearMarks(client: ClickHouseClient, marks: readonly Mark[]): Promise<void> {
  await writeMarks(client, marks, 1);
}

async function writeMarks(client: ClickHouseClient, marks: readonly Mark[], cleared: 0 | 1): Promise<void> {
  if (marks.length === 0) return;
  await client.insert({
    table: 'dirty_marks',
    values: marks.map(({ org_id, hour, id }) => ({
      org_id,
      hour: new Date(hour).toISOString(),
      id,
      cleared,
    })),
    format: 'JSONEachRow',
  });
}
