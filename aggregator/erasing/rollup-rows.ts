import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { second } from '../../platform/clickhouse/sql-time.ts';
import { DAY_MS } from '../../schemas/time-units.ts';
import { pseudonymOf, type Erasure } from '../../store/erasures/erasure.ts';
import { columnsOf, type Rollup } from '../../store/usage/breakdowns.ts';
import { personParams, ROLLUP_OF_PERSON, ROLLUPS_OF_USERS } from './person.ts';
import { mutate, runningInsertsEnded, type Progress } from './statements.ts';

const DayRow = Type.Object({ day: Type.Integer() });

/**
 * Gives the person's rows to the pseudonym, in one rollup after the other: an insert that fills the next one and has read
 * the id has ended by then, and later ones find the pseudonym.
 *
 * One insert of a day is one part, so readers see the rows of both, those of the person with 0 calls, or neither: of rows
 * with equal keys and versions the one inserted last counts. Frozen hours, whose events are gone, need nothing else. All
 * others are counted again afterwards.
 */
export async function moveRollupRows(
  client: ClickHouseClient,
  nodes: readonly ClickHouseClient[],
  erasure: Erasure,
  orgId: string,
  progress: Progress,
): Promise<void> {
  for (const rollup of ROLLUPS_OF_USERS) {
    await moveRows(client, rollup, erasure, orgId, progress);
    await runningInsertsEnded(nodes, progress);
  }
}

async function moveRows(
  client: ClickHouseClient,
  rollup: Rollup,
  erasure: Erasure,
  orgId: string,
  progress: Progress,
): Promise<void> {
  const others = ['product', 'bucket', ...columnsOf(rollup).filter((column) => column !== 'user_id')].join(
    ', ',
  );
  const params = personParams(erasure, orgId);
  const own = `FROM ${rollup.table} FINAL WHERE ${ROLLUP_OF_PERSON} AND calls > 0`;
  const days = await select(
    client,
    DayRow,
    `SELECT DISTINCT toUnixTimestamp(toStartOfDay(bucket)) * 1000 AS day ${own} ORDER BY day`,
    params,
  );
  for (const [index, { day }] of days.entries()) {
    progress(`moving rollup rows: ${days.length - index} day(s) left`);
    await client.command({
      query: `INSERT INTO ${rollup.table} (org_id, user_id, ${others}, calls, credits, rejected, seen)
        SELECT org_id, if(is_pseudonym, {pseudonym:String}, user_id), ${others},
          if(is_pseudonym, calls, 0), if(is_pseudonym, credits, 0), if(is_pseudonym, rejected, 0), seen
        FROM (SELECT * ${own} AND bucket >= ${second('from')} AND bucket < ${second('to')}) AS person_rows
        ARRAY JOIN [true, false] AS is_pseudonym`,
      query_params: {
        ...params,
        pseudonym: pseudonymOf(erasure, orgId),
        from: day / 1_000,
        to: (day + DAY_MS) / 1_000,
      },
      clickhouse_settings: { optimize_on_insert: 0, max_insert_threads: '1' },
    });
  }
}

/** First the rows that are replaced or not read, then those with 0 calls that hide them: no reader sees either. */
export async function deleteRollupRows(
  nodes: readonly ClickHouseClient[],
  erasure: Erasure,
  orgId: string,
  progress: Progress,
): Promise<void> {
  const params = personParams(erasure, orgId);
  for (const { table } of ROLLUPS_OF_USERS) {
    for (const condition of [`${ROLLUP_OF_PERSON} AND calls > 0`, ROLLUP_OF_PERSON]) {
      await mutate(nodes, { table, query: `DELETE WHERE ${condition}`, params }, progress);
    }
  }
}
