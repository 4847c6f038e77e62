import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { formatInstant } from '../../domain/instants.ts';

/**
 * The recorded progress of the aggregator, from which every tick derives what is still to do.
 * `sealed`: hours before this instant are in the rollup. `closed`: the first close of days that ended by this instant
 * is done; days without usage get no revision.
 */
export type ProgressName = 'sealed' | 'closed';

const ProgressRow = Type.Object({
  name: Type.Enum(['sealed', 'closed']),
  until: Type.Integer(),
});

/** Both instants as epoch milliseconds; 0 by default. */
export async function readProgress(client: ClickHouseClient): Promise<Record<ProgressName, number>> {
  const rows = await select(
    client,
    ProgressRow,
    `SELECT name, toUnixTimestamp64Milli(max(until)) AS until FROM aggregator_progress GROUP BY name`,
  );
  const until = (wanted: ProgressName): number => rows.find(({ name }) => name === wanted)?.until ?? 0;
  return { sealed: until('sealed'), closed: until('closed') };
}

/** Advances the progress to an instant; has no effect where the recorded one is later. */
export async function advanceProgress(
  client: ClickHouseClient,
  name: ProgressName,
  until: number,
): Promise<void> {
  await client.insert({
    table: 'aggregator_progress',
    values: [{ name, until: formatInstant(until) }],
    format: 'JSONEachRow',
  });
}
