import type { CallEvent } from '../../../schemas/call-event.ts';
import { routeOf } from '../../store/usage/route-of.ts';
import { countOf } from '../traffic.ts';

/** The independent count of breakdowns: from the events themselves, with days from Intl instead of Temporal. */

const formats = new Map<string, Intl.DateTimeFormat>();

/** The date of an instant in a time zone. */
function dateIn(timeZone: string, instant: number): string {
  const format = formats.get(timeZone) ?? new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' });
  formats.set(timeZone, format);
  return format.format(instant);
}

const floor = (instant: number, step: number): string =>
  new Date(Math.floor(instant / step) * step).toISOString();

const VALUES = {
  day: ({ occurred_at }: CallEvent, timeZone: string) => dateIn(timeZone, occurred_at),
  hour: ({ occurred_at }: CallEvent) => floor(occurred_at, 3_600_000),
  '15m': ({ occurred_at }: CallEvent) => floor(occurred_at, 900_000),
  user: ({ user_id }: CallEvent) => user_id,
  app: ({ app_id }: CallEvent) => app_id,
  method: ({ method }: CallEvent) => method,
  endpoint: ({ endpoint }: CallEvent) => endpoint,
  route: ({ endpoint }: CallEvent) => routeOf(endpoint),
  module: ({ module }: CallEvent) => module,
  status: ({ status }: CallEvent) => status,
  rule: ({ rule }: CallEvent) => rule,
  rejection_cause: ({ rejection_cause }: CallEvent) => rejection_cause,
  product: ({ product }: CallEvent) => product,
};
export type GroupName = keyof typeof VALUES;
export const TIMES: readonly GroupName[] = ['day', 'hour', '15m'];
export const DIMENSIONS: readonly GroupName[] = [
  'user',
  'app',
  'method',
  'endpoint',
  'route',
  'module',
  'status',
  'rule',
  'rejection_cause',
  'product',
];

export type Row = Readonly<Record<string, string | number>>;

/** An event's value of a group; days are those of the time zone. */
export const valueOf = (event: CallEvent, name: GroupName, timeZone = 'UTC'): string | number =>
  VALUES[name](event, timeZone);

/** The events by the values of their groups, as JSON. */
export function groupsOf(
  events: readonly CallEvent[],
  names: readonly GroupName[],
  timeZone = 'UTC',
): Map<string, CallEvent[]> {
  const groups = new Map<string, CallEvent[]>();
  for (const event of events) {
    const key = JSON.stringify(names.map((name) => valueOf(event, name, timeZone)));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [event]);
    else group.push(event);
  }
  return groups;
}

/** The rows of the groups, in no order. */
export function rowsOf(events: readonly CallEvent[], names: readonly GroupName[], timeZone = 'UTC'): Row[] {
  return [...groupsOf(events, names, timeZone)].map(([key, group]) => {
    const values: (string | number)[] = JSON.parse(key);
    const named = Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']));
    return Object.assign(named, countOf(group));
  });
}

/** Rows as sorted texts, equal if the rows are equal. */
export const sorted = (rows: readonly object[]): string[] =>
  rows.map((row) => JSON.stringify(Object.entries(row).toSorted(([a], [b]) => (a < b ? -1 : 1)))).toSorted();
