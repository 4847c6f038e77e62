import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';

/**
 * What the aggregator has done, recorded: what is due follows from it, whenever and wherever it runs.
 * `sealed`: hours before it are in the rollup. `closed`: days that ended before it have been looked at.
 */
export type ProgressName = 'sealed' | 'closed';

const ProgressRow = Type.Object({
  name: Type.Enum(['sealed', 'closed']),
  until: Type.Integer(),
});

/** Both marks as epoch milliseconds; 0 for one that was never set. */
export async function readProgress(client: ClickHouseClient): Promise<Record<ProgressName, number>> {
  const rows = await select(
    client,
    ProgressRow,
    `SELECT name, toUnixTimestamp64Milli(max(until)) AS until FROM aggregator_progress GROUP BY name`,
  );
  const until = (wanted: ProgressName): number => rows.find(({ name }) => name === wanted)?.until ?? 0;
  return { sealed: until('sealed'), closed: until('closed') };
}

/** Moves a mark forward; an earlier instant than the recorded one changes nothing. */
export async function advanceProgress(
  client: ClickHouseClient,
  name: ProgressName,
  until: number,
): Promise<void> {
  await client.insert({
    table: 'aggregator_progress',
    values: [{ name, until: new Date(until).toISOString() }],
    format: 'JSONEachRow',
  });
}
