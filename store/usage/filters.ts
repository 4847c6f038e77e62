import { dimensionSql, type Rollup } from './breakdowns.ts';
import { DIMENSIONS, isDimension, type Dimension } from './dimensions.ts';

/** Selects calls: each named dimension must have the value, or one of the values. An empty list selects no calls. */
export type Filters = Partial<Record<Dimension, FilterValue | readonly FilterValue[]>>;
export type FilterValue = string | number;

export interface Conditions {
  /** Conditions on the columns of a rollup or of call_events, each preceded by AND; empty without filters. */
  readonly sql: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/**
 * Filters as SQL. Column names come from DIMENSIONS, values are query parameters.
 * @param rollup that is read; undefined for call_events
 */
export function conditionsOf(filters: Filters, rollup?: Rollup): Conditions {
  const names = Object.keys(filters).filter((name) => isDimension(name));
  const sql = names.map((name) => {
    return `AND ${dimensionSql(name, rollup)} IN {filter_${name}:Array(${DIMENSIONS[name].type})}`;
  });
  const params = names.map((name) => [`filter_${name}`, [filters[name] ?? []].flat()]);
  return { sql: sql.join(' '), params: Object.fromEntries(params) };
}
