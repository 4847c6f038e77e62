import { DIMENSIONS, isDimension, type Dimension } from './dimensions.ts';
import type { SealedHours } from './rollup-plan.ts';

/**
 * A rollup of sealed hours (schemas/clickhouse/0003, 0029 and 0030). Every seal writes all of them; the totals have the
 * ended quarters of the running hour too.
 */
export interface Rollup {
  readonly table: RollupTable;
  /** Beyond the product, in the order of the table's key. */
  readonly dimensions: readonly Dimension[];
}
export type RollupTable = 'usage_15m' | 'usage_15m_by_user' | 'usage_15m_by_route' | 'usage_15m_by';

export const TOTALS: Rollup = { table: 'usage_15m', dimensions: [] };

/** The breakdowns of some dimensions, the narrowest first. They may lack the oldest hours (SealedHours.breakdownsUntil). */
export const NARROW_BREAKDOWNS: readonly Rollup[] = [
  { table: 'usage_15m_by_user', dimensions: ['user'] },
  {
    table: 'usage_15m_by_route',
    dimensions: ['route', 'app', 'method', 'module', 'status', 'rule', 'rejection_cause'],
  },
];

/** The breakdown of all dimensions of an event, for the endpoint and for questions that no other one answers. */
export const WIDE_BREAKDOWN: Rollup = {
  table: 'usage_15m_by',
  dimensions: Object.keys(DIMENSIONS)
    .filter((name) => isDimension(name))
    .filter((name) => name !== 'product' && DIMENSIONS[name].computed === undefined),
};

export const BREAKDOWNS: readonly Rollup[] = [...NARROW_BREAKDOWNS, WIDE_BREAKDOWN];
export const ROLLUPS: readonly Rollup[] = [TOTALS, ...BREAKDOWNS];

/** The columns of a rollup's dimensions, beyond the product. */
export const columnsOf = ({ dimensions }: Rollup): string[] =>
  dimensions.map((name) => DIMENSIONS[name].column);

/**
 * A dimension as SQL over the columns of a rollup, or of call_events.
 * @param rollup undefined for call_events
 */
export function dimensionSql(name: Dimension, rollup?: Rollup): string {
  const { column, computed } = DIMENSIONS[name];
  return computed === undefined || rollup?.dimensions.includes(name) === true ? column : computed;
}

/** The SELECT list of a rollup's dimensions, beyond the product. @param from another rollup; undefined for call_events */
export const selectOf = ({ dimensions }: Pick<Rollup, 'dimensions'>, from?: Rollup): string[] =>
  dimensions.map((name) => `${dimensionSql(name, from)} AS ${DIMENSIONS[name].column}`);

/** The columns of a rollup's key, as SQL. */
export const keyOf = (rollup: Rollup): string =>
  ['org_id', 'product', 'bucket', ...columnsOf(rollup)].join(', ');

/** Whether the totals, which only have the product, answer a question. @param dimensions of groups and filters */
export const isInTotals = (dimensions: readonly string[]): boolean =>
  dimensions.every((name) => name === 'product');

/**
 * The narrowest rollup that has all of these dimensions and all hours before an instant.
 * @param dimensions of groups and filters
 * @param rollupTo the end of what is read from it, epoch milliseconds
 */
export function narrowestRollup(
  dimensions: readonly string[],
  rollupTo: number,
  { breakdownsUntil }: Pick<SealedHours, 'breakdownsUntil'>,
): Rollup {
  if (isInTotals(dimensions)) return TOTALS;
  const usable = rollupTo <= breakdownsUntil ? NARROW_BREAKDOWNS : [];
  const isIn = (rollup: Rollup): boolean =>
    dimensions.every((name) => name === 'product' || rollup.dimensions.some((each) => each === name));
  return usable.find(isIn) ?? WIDE_BREAKDOWN;
}
