import { DIMENSIONS, isDimension, type Dimension } from './dimensions.ts';

/** Selects calls: each named dimension must have the value, or one of the values. An empty list selects no calls. */
export type Filters = Partial<Record<Dimension, FilterValue | readonly FilterValue[]>>;
export type FilterValue = string | number;

export interface Conditions {
  /** Conditions on the columns of a rollup or of call_events, each preceded by AND; empty without filters. */
  readonly sql: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** Filters as SQL. Column names come from DIMENSIONS, values are query parameters. */
export function conditionsOf(filters: Filters): Conditions {
  const names = Object.keys(filters).filter((name) => isDimension(name));
  const sql = names.map((name) => {
    const { column, type } = DIMENSIONS[name];
    return `AND ${column} IN {filter_${name}:Array(${type})}`;
  });
  const params = names.map((name) => [`filter_${name}`, [filters[name] ?? []].flat()]);
  return { sql: sql.join(' '), params: Object.fromEntries(params) };
}
