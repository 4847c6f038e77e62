import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { narrowestRollup } from './breakdowns.ts';
import { DIMENSIONS, type Dimension } from './dimensions.ts';
import type { Filters } from './filters.ts';
import { columnOf, FINAL_SETTINGS, usageQuery, type UsageRequest } from './query.ts';
import { readTopUsage, type TopUsage } from './read-top.ts';
import type { UsageTotal } from './read.ts';
import { readSealedHours } from './sealed-hours.ts';

export interface RequestedBreakdown {
  readonly by: Dimension;
  readonly filters: Filters;
}
export interface BreakdownsRequest extends Pick<UsageRequest, 'orgId' | 'from' | 'to' | 'sealed'> {
  readonly breakdowns: readonly RequestedBreakdown[];
  /** Values named in each. */
  readonly top: number;
}

/**
 * The largest values of several dimensions, each as readTopUsage finds them, in the order of the request. Breakdowns
 * with equal filters from one rollup are read by one statement: of a small organisation planning a statement takes longer than
 * running it, and of a large one the rollup is read once.
 */
export async function readBreakdowns(
  client: ClickHouseClient,
  { orgId, from, to, breakdowns, top, ...given }: BreakdownsRequest,
): Promise<TopUsage[]> {
  const sealed = given.sealed ?? (await readSealedHours(client, orgId));
  const kindOf = ({ by, filters }: RequestedBreakdown): string => {
    const { table } = narrowestRollup([by, ...Object.keys(filters)], Math.min(to, sealed.until), sealed);
    // Combined with others, endpoints would be as many as calls.
    return JSON.stringify([table, by === 'endpoint', filters]);
  };
  const found = new Map<RequestedBreakdown, TopUsage>();
  const together = [...Map.groupBy(breakdowns, kindOf).values()].map(async (alike) => {
    const [first] = alike;
    if (first === undefined) return;
    const request = { orgId, sealed, from, to, filters: first.filters, top };
    const rows =
      alike.length === 1
        ? [await readTopUsage(client, { ...request, groupBy: [first.by] })]
        : await readTogether(client, { ...request, dimensions: alike.map(({ by }) => by) });
    for (const [index, each] of alike.entries()) found.set(each, rows[index] ?? { rows: [], other: [] });
  });
  await Promise.all(together);
  return breakdowns.map((each) => found.get(each) ?? { rows: [], other: [] });
}

const Row = Type.Object({
  dimension: Type.Integer(),
  value: Type.String(),
  is_top: Type.Boolean(),
  calls: Type.Integer(),
  credits: Type.Integer(),
  rejected: Type.Integer(),
});

/** The combinations of all dimensions once, and from these the values of each. */
async function readTogether(
  client: ClickHouseClient,
  { dimensions, top, ...request }: UsageRequest & { dimensions: readonly Dimension[]; top: number },
): Promise<TopUsage[]> {
  const { sql, params } = await usageQuery(client, { ...request, groupBy: dimensions });
  // A status as a number too, for its place among those with equal sums.
  const values = dimensions.map((name, index) => {
    const column = columnOf(name);
    return DIMENSIONS[name].type === 'String'
      ? `(${index}, ${column}, 0)`
      : `(${index}, toString(${column}), ${column})`;
  });
  const found = await select(
    client,
    Row,
    `SELECT dimension, if(is_top, ranked.value, '') AS value, is_top,
       sum(ranked.calls) AS calls, sum(ranked.credits) AS credits, sum(ranked.rejected) AS rejected
     FROM (
       SELECT *, row_number() OVER (PARTITION BY dimension ORDER BY credits DESC, calls DESC, number, value) AS place,
         toBool(place <= {top:UInt32}) AS is_top
       FROM (
         SELECT each.1 AS dimension, each.2 AS value, each.3 AS number,
           sum(combined.calls) AS calls, sum(combined.credits) AS credits, sum(combined.rejected) AS rejected
         FROM (${sql}) AS combined ARRAY JOIN [${values.join(', ')}] AS each
         GROUP BY dimension, value, number
       )
     ) AS ranked
     GROUP BY dimension, value, is_top
     ORDER BY dimension, is_top DESC, min(place)
     ${FINAL_SETTINGS}`,
    { ...params, top },
  );
  return dimensions.map((name, index) => {
    const own = found.filter(({ dimension }) => dimension === index);
    return {
      rows: own
        .filter(({ is_top }) => is_top)
        .map((row) => Object.assign(sumsOf(row), { [name]: valueOf(name, row.value) })),
      other: own.filter(({ is_top }) => !is_top).map(sumsOf),
    };
  });
}

const valueOf = (name: Dimension, value: string): string | number =>
  DIMENSIONS[name].type === 'String' ? value : Number(value);
const sumsOf = ({ calls, credits, rejected }: UsageTotal): UsageTotal => ({ calls, credits, rejected });
