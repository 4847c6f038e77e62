import { Type } from 'typebox';
import type { RecordCounts } from '../../domain/invalid-wave.ts';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { second } from '../../platform/clickhouse/sql-time.ts';
import { MINUTE_MS } from '../../schemas/time-units.ts';
import { floorTo } from '../../domain/instants.ts';

/** How far back a wave of invalid records is looked for. */
export const WAVE_MINUTES = 5;

const CountsRow = Type.Object({ records: Type.Integer(), invalid: Type.Integer() });

/** How many records of a topic landed in the last five minutes and in this one; an estimate, for retries count twice. */
export async function readRecentRecords(
  client: ClickHouseClient,
  topic: string,
  now: number,
): Promise<RecordCounts> {
  const [row] = await select(
    client,
    CountsRow,
    `SELECT sum(landed_minutes.records) AS records, sum(landed_minutes.invalid) AS invalid FROM landed_minutes
     WHERE topic = {topic:String} AND minute >= ${second('from')}`,
    { topic, from: Math.max(0, floorTo(now, MINUTE_MS) - WAVE_MINUTES * MINUTE_MS) / 1000 },
  );
  return row ?? { records: 0, invalid: 0 };
}
