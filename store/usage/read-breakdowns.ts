import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { narrowestRollup } from './breakdowns.ts';
import { DIMENSIONS, type Dimension, type TimeGroup, type UsageRow } from './dimensions.ts';
import type { Filters } from './filters.ts';
import { columnOf, usageQuery, type UsageRequest } from './query.ts';
import { otherThan, totalOf, type UsageTotal } from './read.ts';
import { planRollup } from './rollup-plan.ts';
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

/** The usage of a range by one dimension. */
export interface Breakdown {
  /** The values with the most credits (then calls) first. */
  readonly rows: readonly Omit<UsageRow, TimeGroup>[];
  /** The sum of all other values: one row, or none where there are no others. */
  readonly other: readonly UsageTotal[];
  readonly total: UsageTotal;
}

/**
 * The largest values of several dimensions, each as readTopUsage finds them, in the order of the request. Breakdowns
 * with equal filters from one rollup are read by one statement: of a small organisation, planning a statement takes
 * longer than running it, and of a large one the rollup is read once.
 */
export async function readBreakdowns(
  client: ClickHouseClient,
  { breakdowns, top, ...given }: BreakdownsRequest,
): Promise<Breakdown[]> {
  const sealed = given.sealed ?? (await readSealedHours(client, given.orgId));
  const { rollupTo } = planRollup(given.from, given.to, sealed);
  const kindOf = ({ by, filters }: RequestedBreakdown): string => {
    const { table } = narrowestRollup([by, ...Object.keys(filters)], rollupTo, sealed);
    // Combined with others, endpoints would be as many as calls.
    return JSON.stringify([table, by === 'endpoint', filters]);
  };
  const read = await Promise.all(
    [...Map.groupBy(breakdowns, kindOf).values()].map((alike) =>
      readTogether(client, { ...given, sealed, alike, top }),
    ),
  );
  const found = new Map(read.flat());
  return breakdowns.map((each) => found.get(each) ?? { rows: [], other: [], total: totalOf([]) });
}

const Row = Type.Object({
  dimension: Type.Integer(),
  value: Type.String(),
  calls: Type.Integer(),
  credits: Type.Integer(),
  rejected: Type.Integer(),
});

/**
 * The combinations of all dimensions once, and from these the values of each, and the total.
 * @param request.alike with equal filters
 */
async function readTogether(
  client: ClickHouseClient,
  {
    alike,
    top,
    ...request
  }: Omit<BreakdownsRequest, 'breakdowns'> & { readonly alike: readonly RequestedBreakdown[] },
): Promise<[RequestedBreakdown, Breakdown][]> {
  const groupBy = alike.map(({ by }) => by);
  const { sql, params } = await usageQuery(client, { ...request, filters: alike[0]?.filters ?? {}, groupBy });
  const values = groupBy.map((name, index) => {
    const column = columnOf(name);
    // A status as a number too, for its place among those with equal sums.
    return DIMENSIONS[name].type === 'String'
      ? `(${index}, ${column}, 0)`
      : `(${index}, toString(${column}), ${column})`;
  });
  const whole = alike.length;
  const found = await select(
    client,
    Row,
    `SELECT each.1 AS dimension, each.2 AS value,
       sum(combined.calls) AS calls, sum(combined.credits) AS credits, sum(combined.rejected) AS rejected
     FROM (${sql}) AS combined ARRAY JOIN [${[...values, `(${whole}, '', 0)`].join(', ')}] AS each
     GROUP BY dimension, value, each.3
     ORDER BY dimension, credits DESC, calls DESC, each.3, value
     LIMIT {top:UInt32} BY dimension`,
    { ...params, top },
  );
  const total = totalOf(found.filter(({ dimension }) => dimension === whole));
  return alike.map((each, index) => {
    const { by } = each;
    const own = found.filter(({ dimension }) => dimension === index);
    const rows = own.map(({ value, calls, credits, rejected }) =>
      Object.assign(
        { calls, credits, rejected },
        { [by]: DIMENSIONS[by].type === 'String' ? value : Number(value) },
      ),
    );
    const rest = otherThan(total, rows);
    return [each, { rows, other: rest.calls > 0 ? [rest] : [], total }];
  });
}
