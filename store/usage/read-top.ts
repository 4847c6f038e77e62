import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { DIMENSIONS, isDimension, isTimeGroup, UsageRow, type GroupBy } from './dimensions.ts';
import { columnOf, usageQuery, type UsageRequest } from './query.ts';

export interface TopRequest extends UsageRequest {
  /** At least one dimension. Every combination of the dimensions is ranked over the whole range. */
  readonly groupBy: readonly GroupBy[];
  readonly top: number;
}

export interface TopUsage {
  /** The combinations with the most credits (then calls) first; within each, sorted by time. */
  readonly rows: readonly UsageRow[];
  /** The sum of all other combinations: one row without dimensions for every time; empty where there are no others. */
  readonly other: readonly UsageRow[];
}

const TopRow = Type.Object({ ...UsageRow.properties, is_top: Type.Boolean() });

/** The largest groups and the sum of the rest: read by one statement, so together they are all usage of one moment. */
export async function readTopUsage(client: ClickHouseClient, request: TopRequest): Promise<TopUsage> {
  const { groupBy, top } = request;
  const { sql, params } = await usageQuery(client, request);
  const dimensions = groupBy.filter((name) => isDimension(name));
  const times = groupBy.filter((name) => isTimeGroup(name)).map(columnOf);
  const named = dimensions.map(columnOf).join(', ');
  // Without time groups, a row is the total of its combination.
  const whole = (sum: string) => (times.length === 0 ? sum : `sum(${sum}) OVER (PARTITION BY ${named})`);
  // The others lose their names, so that they share one row for each time.
  const kept = dimensions.map((name) => {
    const none = DIMENSIONS[name].type === 'String' ? `''` : '0';
    return `if(is_top, ranked.${columnOf(name)}, ${none}) AS ${columnOf(name)},`;
  });
  const found = await select(
    client,
    TopRow,
    `SELECT ${kept.join(' ')} ${times.map((time) => `${time},`).join(' ')} is_top,
       sum(ranked.calls) AS calls, sum(ranked.credits) AS credits, sum(ranked.rejected) AS rejected
     FROM (
       SELECT *, dense_rank() OVER (ORDER BY whole_credits DESC, whole_calls DESC, ${named}) AS place,
         toBool(place <= {top:UInt32}) AS is_top
       FROM (SELECT *, ${whole('credits')} AS whole_credits, ${whole('calls')} AS whole_calls FROM (${sql}))
     ) AS ranked
     GROUP BY ${[...dimensions.map(columnOf), ...times, 'is_top'].join(', ')}
     ORDER BY ${['is_top DESC', 'min(if(is_top, place, 0))', ...times].join(', ')}`,
    { ...params, top },
  );
  const rows: UsageRow[] = [];
  const other: UsageRow[] = [];
  for (const { is_top, ...row } of found) {
    if (is_top) {
      rows.push(row);
      continue;
    }
    const { day, hour, '15m': quarter, calls, credits, rejected } = row;
    other.push({
      ...(day !== undefined && { day }),
      ...(hour !== undefined && { hour }),
      ...(quarter !== undefined && { '15m': quarter }),
      calls,
      credits,
      rejected,
    });
  }
  return { rows, other };
}
