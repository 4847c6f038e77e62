import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';

/**
 * What follows a log: deliveries the topic alerts, events those of charges and of settings. `hours`: the instant up to
 * which unusual hours were decided. `erased`: when alerts got pseudonyms last. Both in epoch milliseconds.
 */
export type Follower = 'deliveries' | 'charges' | 'settings' | 'hours' | 'erased';

const PositionRow = Type.Object({ name: Type.String(), position: Type.Integer() });

/** The offset from which on each follower reads; undefined where it has not begun. */
export async function readPositions(
  client: ClickHouseClient,
): Promise<Readonly<Partial<Record<Follower, number>>>> {
  const rows = await select(
    client,
    PositionRow,
    'SELECT name, toInt64(max(position)) AS position FROM alert_progress GROUP BY name',
  );
  return Object.fromEntries(rows.map(({ name, position }) => [name, position]));
}

/** Advances a follower; has no effect where the recorded position is greater. */
export async function advance(client: ClickHouseClient, name: Follower, position: number): Promise<void> {
  await client.insert({ table: 'alert_progress', values: [{ name, position }], format: 'JSONEachRow' });
}
