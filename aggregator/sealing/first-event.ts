import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../deploy/clickhouse.ts';

const FirstRow = Type.Object({ first: Type.Integer() });

/** The hour of the oldest event, epoch milliseconds: where sealing and closing begin. Undefined without events. */
export async function firstEventHour(client: ClickHouseClient): Promise<number | undefined> {
  const [row] = await select(
    client,
    FirstRow,
    `SELECT toUnixTimestamp(min(toStartOfHour(occurred_at))) * 1000 AS first FROM call_events HAVING count() > 0`,
  );
  return row?.first;
}
