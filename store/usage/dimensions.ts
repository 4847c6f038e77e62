import { Type, type Static } from 'typebox';
import { ROUTE_OF_ENDPOINT } from './route.ts';

interface DimensionSql {
  readonly column: string;
  /** Of a filter's value. */
  readonly type: 'String' | 'Int32';
  /** Of a dimension that no event has: computed from the columns of one, where a rollup has no column for it. */
  readonly computed?: string;
}

const SQL = {
  product: { column: 'product', type: 'String' },
  user: { column: 'user_id', type: 'String' },
  app: { column: 'app_id', type: 'String' },
  method: { column: 'method', type: 'String' },
  endpoint: { column: 'endpoint', type: 'String' },
  route: { column: 'route', type: 'String', computed: ROUTE_OF_ENDPOINT },
  module: { column: 'module', type: 'String' },
  status: { column: 'status', type: 'Int32' },
  rule: { column: 'rule', type: 'String' },
  rejection_cause: { column: 'rejection_cause', type: 'String' },
} as const satisfies Readonly<Record<string, DimensionSql>>;
export type Dimension = keyof typeof SQL;

/**
 * The dimensions by which usage can be grouped and filtered: their names in the API, and their columns in the rollups
 * (breakdowns.ts) and call_events.
 */
export const DIMENSIONS: Readonly<Record<Dimension, DimensionSql>> = SQL;

/** Groups by time; a row has the start of its day, hour or quarter hour as epoch milliseconds. */
export const TIME_GROUPS = ['day', 'hour', '15m'] as const;
export type TimeGroup = (typeof TIME_GROUPS)[number];

export type GroupBy = Dimension | TimeGroup;

export const isDimension = (name: string): name is Dimension => Object.hasOwn(DIMENSIONS, name);
export const isTimeGroup = (name: string): name is TimeGroup => TIME_GROUPS.some((time) => time === name);

/** One row of usage: the requested groups, and the sums. */
export const UsageRow = Type.Object({
  product: Type.Optional(Type.String()),
  user: Type.Optional(Type.String()),
  app: Type.Optional(Type.String()),
  method: Type.Optional(Type.String()),
  endpoint: Type.Optional(Type.String()),
  route: Type.Optional(Type.String()),
  module: Type.Optional(Type.String()),
  status: Type.Optional(Type.Integer()),
  rule: Type.Optional(Type.String()),
  rejection_cause: Type.Optional(Type.String()),
  day: Type.Optional(Type.Integer()),
  hour: Type.Optional(Type.Integer()),
  '15m': Type.Optional(Type.Integer()),
  calls: Type.Integer(),
  credits: Type.Integer(),
  rejected: Type.Integer(),
});
export type UsageRow = Static<typeof UsageRow>;
