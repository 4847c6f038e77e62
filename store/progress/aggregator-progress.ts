import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { formatInstant } from '../../domain/instants.ts';

/**
 * The recorded progress of the aggregator, from which every tick derives what is still to do.
 * `sealed`: hours before this instant are in the rollup. `closed`: the first close of days that ended by this instant
 * is done; days without usage get no revision.
 */
export type ProgressName = 'sealed' | 'closed';

/** Instants in epoch milliseconds; 0 by default. */
export interface AggregatorProgress extends Readonly<Record<ProgressName, number>> {
  /** Hours before this instant are in the narrow breakdowns too (store/usage/breakdowns.ts); at most `sealed`. */
  readonly breakdowns: number;
  /** Quarter hours before this instant are in the totals; `sealed`, or in the hour that begins there. */
  readonly totals: number;
}

const ProgressRow = Type.Object({
  name: Type.Enum(['sealed', 'closed']),
  until: Type.Integer(),
  narrow_until: Type.Integer(),
  totals_until: Type.Integer(),
});

export async function readProgress(client: ClickHouseClient): Promise<AggregatorProgress> {
  const rows = await select(
    client,
    ProgressRow,
    `SELECT name, toUnixTimestamp64Milli(aggregator_progress.until) AS until,
       toUnixTimestamp64Milli(aggregator_progress.narrow_until) AS narrow_until,
       toUnixTimestamp64Milli(aggregator_progress.totals_until) AS totals_until FROM aggregator_progress FINAL`,
  );
  const rowOf = (wanted: ProgressName) => rows.find(({ name }) => name === wanted);
  const sealed = rowOf('sealed')?.until ?? 0;
  return {
    sealed,
    breakdowns: rowOf('sealed')?.narrow_until ?? 0,
    totals: Math.max(sealed, rowOf('sealed')?.totals_until ?? 0),
    closed: rowOf('closed')?.until ?? 0,
  };
}

/**
 * Advances the progress to an instant; has no effect where the recorded one is later.
 * @param ofRollups together with `sealed`: of equal instants the last one recorded counts
 */
export async function advanceProgress(
  client: ClickHouseClient,
  name: ProgressName,
  until: number,
  ofRollups: Partial<Pick<AggregatorProgress, 'breakdowns' | 'totals'>> = {},
): Promise<void> {
  await client.insert({
    table: 'aggregator_progress',
    values: [
      {
        name,
        until: formatInstant(until),
        narrow_until: formatInstant(ofRollups.breakdowns ?? 0),
        totals_until: formatInstant(ofRollups.totals ?? 0),
      },
    ],
    format: 'JSONEachRow',
  });
}
