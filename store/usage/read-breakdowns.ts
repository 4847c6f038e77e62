import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { narrowestRollup } from './breakdowns.ts';
import { DIMENSIONS, type Dimension } from './dimensions.ts';
import type { Filters } from './filters.ts';
import { columnOf, FINAL_SETTINGS, usageQuery, type UsageRequest } from './query.ts';
import type { TopUsage } from './read-top.ts';
import { otherThan, totalOf } from './read.ts';
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
 * with equal filters from one rollup are read by one statement: of a small organisation, planning a statement takes
 * longer than running it, and of a large one the rollup is read once.
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
    const dimensions = alike.map(({ by }) => by);
    const rows = await readTogether(client, {
      orgId,
      sealed,
      from,
      to,
      filters: first.filters,
      dimensions,
      top,
    });
    for (const [index, each] of alike.entries()) found.set(each, rows[index] ?? { rows: [], other: [] });
  });
  await Promise.all(together);
  return breakdowns.map((each) => found.get(each) ?? { rows: [], other: [] });
}

const Row = Type.Object({
  dimension: Type.Integer(),
  value: Type.String(),
  calls: Type.Integer(),
  credits: Type.Integer(),
  rejected: Type.Integer(),
});

/** The combinations of all dimensions once, and from these the values of each, and the total. */
async function readTogether(
  client: ClickHouseClient,
  { dimensions, top, ...request }: UsageRequest & { dimensions: readonly Dimension[]; top: number },
): Promise<TopUsage[]> {
  const { sql, params } = await usageQuery(client, { ...request, groupBy: dimensions });
  const values = dimensions.map((name, index) => {
    const column = columnOf(name);
    // A status as a number too, for its place among those with equal sums.
    return DIMENSIONS[name].type === 'String'
      ? `(${index}, ${column}, 0)`
      : `(${index}, toString(${column}), ${column})`;
  });
  const whole = dimensions.length;
  const found = await select(
    client,
    Row,
    `SELECT each.1 AS dimension, each.2 AS value,
       sum(combined.calls) AS calls, sum(combined.credits) AS credits, sum(combined.rejected) AS rejected
     FROM (${sql}) AS combined ARRAY JOIN [${[...values, `(${whole}, '', 0)`].join(', ')}] AS each
     GROUP BY dimension, value, each.3
     ORDER BY dimension, credits DESC, calls DESC, each.3, value
     LIMIT {top:UInt32} BY dimension
     ${FINAL_SETTINGS}`,
    { ...params, top },
  );
  const total = totalOf(found.filter(({ dimension }) => dimension === whole));
  return dimensions.map((name, index) => {
    const own = found.filter(({ dimension }) => dimension === index);
    const rows = own.map(({ value, calls, credits, rejected }) =>
      Object.assign(
        { calls, credits, rejected },
        { [name]: DIMENSIONS[name].type === 'String' ? value : Number(value) },
      ),
    );
    const rest = otherThan(total, rows);
    return { rows, other: rest.calls > 0 ? [rest] : [] };
  });
}
