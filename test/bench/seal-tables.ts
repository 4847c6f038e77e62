import { Type } from 'typebox';
import { until } from '../../deploy/local/until.ts';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { HOUR_MS } from '../../schemas/time-units.ts';
import { CALL_COLUMNS, callsSql } from './stored/calls-sql.ts';

/** As many rows as the consumer inserts at once. */
const ROWS_PER_INSERT = 50_000;
const MERGED_WITHIN_MS = 120_000;

/** Hours of calls, all of the same size. */
export interface Hours {
  readonly from: number;
  readonly rounds: number;
  readonly callsAnHour: number;
  readonly orgs: number;
}

/** Inserts calls into the table `source`, in the order in which they land: those in time, then late and repeated ones. */
export async function insertCalls(
  client: ClickHouseClient,
  { from, rounds, callsAnHour, orgs }: Hours,
): Promise<void> {
  const calls = rounds * callsAnHour;
  for (const pass of ['in time', 'late and repeated'] as const) {
    await client.command({
      query: `INSERT INTO source (${CALL_COLUMNS}) ${callsSql(pass)}`,
      query_params: {
        first: 0,
        calls,
        orgs,
        from,
        span: rounds * HOUR_MS,
        interval_first: 0,
        interval_calls: calls,
        first_offset: pass === 'in time' ? 0 : calls,
      },
    });
  }
}

/** Inserts an hour of the calls as the consumer does, a part for each block. */
export async function insertBlocks(client: ClickHouseClient, table: string, hour: number): Promise<void> {
  await client.command({
    query: `INSERT INTO ${table} (${CALL_COLUMNS}) SELECT ${CALL_COLUMNS} FROM source
      WHERE toStartOfHour(occurred_at) = toDateTime({hour:UInt32}, 'UTC') ORDER BY kafka_offset`,
    query_params: { hour: hour / 1_000 },
    clickhouse_settings: {
      max_block_size: String(ROWS_PER_INSERT),
      min_insert_block_size_rows: String(ROWS_PER_INSERT),
      min_insert_block_size_bytes: '0',
      max_insert_threads: '1',
      max_threads: 1,
    },
  });
}

const Merges = Type.Object({ running: Type.Integer() });

/** Waits until the merges of this database have ended, for so long at most. */
export async function merged(client: ClickHouseClient): Promise<void> {
  const isMerged = async (): Promise<boolean> => {
    const [row] = await select(
      client,
      Merges,
      'SELECT count() AS running FROM system.merges WHERE database = currentDatabase()',
    );
    return row?.running === 0;
  };
  if (!(await until(isMerged, MERGED_WITHIN_MS))) throw new Error('The merges did not end in time.');
}
