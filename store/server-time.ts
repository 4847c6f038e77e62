import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../platform/clickhouse/connect.ts';

const Row = Type.Object({ now: Type.Integer() });

/** ClickHouse's clock, epoch milliseconds. @throws ClickHouse's errors */
export async function readServerTime(client: ClickHouseClient): Promise<number> {
  const [row] = await select(client, Row, 'SELECT toUnixTimestamp64Milli(now64(3)) AS now');
  if (row === undefined) throw new Error('ClickHouse did not say what time it is.');
  return row.now;
}
