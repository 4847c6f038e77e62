import { DIMENSIONS, isDimension, type Dimension } from './dimensions.ts';

/** What calls must have: for every dimension named the value, or any one of the values. None at all for an empty list. */
export type Filters = Partial<Record<Dimension, FilterValue | readonly FilterValue[]>>;
export type FilterValue = string | number;

export interface Conditions {
  /** Conditions on the columns of usage_15m_by or call_events, each with its AND; empty without filters. */
  readonly sql: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** Filters as SQL. The columns' names are ours, the values are parameters. */
export function conditionsOf(filters: Filters): Conditions {
  const names = Object.keys(filters).filter((name) => isDimension(name));
  const sql = names.map((name) => {
    const { column, type } = DIMENSIONS[name];
    return `AND ${column} IN {filter_${name}:Array(${type})}`;
  });
  const params = names.map((name) => [`filter_${name}`, [filters[name] ?? []].flat()]);
  return { sql: sql.join(' '), params: Object.fromEntries(params) };
}
