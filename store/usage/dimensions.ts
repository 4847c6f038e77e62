import { Type, type Static } from 'typebox';

/**
 * The dimensions by which usage can be grouped and filtered: their names in the API, their columns in the rollups (breakdowns.ts)
 * and call_events, and the ClickHouse type of a filter's value.
 */
export const DIMENSIONS = {
  product: { column: 'product', type: 'String' },
  user: { column: 'user_id', type: 'String' },
  app: { column: 'app_id', type: 'String' },
  method: { column: 'method', type: 'String' },
  endpoint: { column: 'endpoint', type: 'String' },
  module: { column: 'module', type: 'String' },
  status: { column: 'status', type: 'Int32' },
  rule: { column: 'rule', type: 'String' },
  rejection_cause: { column: 'rejection_cause', type: 'String' },
} as const;
export type Dimension = keyof typeof DIMENSIONS;

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
