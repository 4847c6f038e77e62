import fc from 'fast-check';
import { floorTo } from '../../../domain/instants.ts';
import type { CallEvent } from '../../../schemas/call-event.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../schemas/time-units.ts';
import { isDimension, type GroupBy } from '../../../store/usage/dimensions.ts';
import { callEvent } from '../../api/tables.ts';
import { routeOf } from '../../store/usage/route-of.ts';
import { now } from './sealing-tables.ts';

export const ORG = 'acme';
const SPAN_MS = 40 * HOUR_MS;

/** A delivery of a call: of several under one id the one with the least offset counts. */
export interface Delivery {
  readonly event: CallEvent;
  readonly offset: number;
}

const VALUES = {
  product: ['crm', 'bigin'],
  user: ['ada', 'bob', 'cyd', 'dan'],
  app: ['web', 'sync', '-'],
  method: ['GET', 'PUT'],
  endpoint: ['/a', '/a/1', '/b/2', '/b/3'],
  route: ['/a', '/a/{id}', '/b/{id}', '/none'],
  module: ['', 'Leads'],
  status: [200, 404, 429],
  rule: ['records', 'query'],
  rejection_cause: ['', 'credits'],
} as const;
type Name = keyof typeof VALUES;
const COLUMNS = {
  product: 'product',
  user: 'user_id',
  app: 'app_id',
  method: 'method',
  endpoint: 'endpoint',
  module: 'module',
  status: 'status',
  rule: 'rule',
  rejection_cause: 'rejection_cause',
} as const satisfies Record<Exclude<Name, 'route'>, keyof CallEvent>;
const NAMES = Object.keys(VALUES).filter((name) => isDimension(name));

export const anyEvent = fc
  .record({
    age: fc.integer({ min: 1, max: SPAN_MS }),
    product: fc.constantFrom(...VALUES.product),
    user_id: fc.constantFrom(...VALUES.user),
    app_id: fc.constantFrom(...VALUES.app),
    method: fc.constantFrom(...VALUES.method),
    endpoint: fc.constantFrom(...VALUES.endpoint),
    module: fc.constantFrom(...VALUES.module),
    status: fc.constantFrom(...VALUES.status),
    rule: fc.constantFrom(...VALUES.rule),
    credits: fc.integer({ min: 1, max: 5 }),
  })
  .map(({ age, ...given }) =>
    callEvent({
      ...given,
      org_id: ORG,
      occurred_at: now - age,
      ...(given.status === 429 && { credits: 0, rejection_cause: 'credits' }),
    }),
  );

export interface Question {
  readonly from: number;
  readonly to: number;
  readonly groupBy: readonly GroupBy[];
  readonly filters: Readonly<Partial<Record<Name, readonly (string | number)[]>>>;
}
const anyFilter = fc
  .constantFrom(...NAMES)
  .chain((name) =>
    fc.tuple(fc.constant(name), fc.subarray<string | number>([...VALUES[name]], { minLength: 1 })),
  );
export const anyQuestion: fc.Arbitrary<Question> = fc
  .record({
    ages: fc.tuple(fc.integer({ min: 0, max: SPAN_MS }), fc.integer({ min: 0, max: SPAN_MS })),
    // Of few dimensions: those are the questions that the narrow breakdowns answer.
    dimensions: fc.subarray(NAMES, { maxLength: 2 }),
    times: fc.subarray(['day', 'hour', '15m'] as const, { maxLength: 1 }),
    filters: fc.array(anyFilter, { maxLength: 2 }),
  })
  .map(({ ages: [one, other], dimensions, times, filters }) => ({
    from: now - Math.max(one, other),
    to: now - Math.min(one, other),
    groupBy: [...dimensions, ...times],
    filters: Object.fromEntries(filters),
  }));

/** The answer of plain code that counts the calls one by one. */
export function answerOf({ from, to, groupBy, filters }: Question, delivered: readonly Delivery[]): string[] {
  const first = new Map<string, Delivery>();
  for (const each of delivered) {
    const known = first.get(each.event.event_id);
    if (!known || each.offset < known.offset) first.set(each.event.event_id, each);
  }
  const none = { calls: 0, credits: 0, rejected: 0 };
  const sums = new Map<string, typeof none>();
  if (groupBy.length === 0) sums.set('{}', { ...none });
  for (const { event } of first.values()) {
    if (event.occurred_at < from || event.occurred_at >= to) continue;
    const isMeant = NAMES.every((name) => filters[name]?.includes(valueOf(event, name)) ?? true);
    if (!isMeant) continue;
    const groups = Object.fromEntries(groupBy.map((group) => [group, valueOf(event, group)]));
    const key = JSON.stringify(groups);
    const sum = sums.get(key) ?? { ...groups, ...none };
    sum.calls += 1;
    sum.credits += event.credits;
    sum.rejected += event.status === 429 ? 1 : 0;
    sums.set(key, sum);
  }
  return [...sums.values()].map((sum) => JSON.stringify(sum)).toSorted();
}

const LENGTHS = { day: DAY_MS, hour: HOUR_MS, '15m': 15 * MINUTE_MS };
function valueOf(event: CallEvent, group: GroupBy): string | number {
  if (!isDimension(group)) return floorTo(event.occurred_at, LENGTHS[group]);
  return group === 'route' ? routeOf(event.endpoint) : event[COLUMNS[group]];
}
