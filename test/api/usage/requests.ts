import { countOf, type Counted } from '../traffic.ts';
import type { CallEvent } from '../../../schemas/call-event.ts';
import { DIMENSIONS, TIMES, valueOf, type GroupName } from './counted.ts';

/** A random request of usage. */
export interface UsageRequest {
  readonly from: number;
  readonly to: number;
  readonly groupBy: readonly GroupName[];
  /** Undefined for the organisation's own. */
  readonly timeZone: string | undefined;
  readonly filters: ReadonlyMap<GroupName, readonly (string | number)[]>;
}

/** Offsets of half hours and quarters, days that begin at 01:00, summer time on both sides of the equator. */
const ZONES = [
  'UTC',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'America/St_Johns',
  'Pacific/Chatham',
  'America/Santiago',
  'Africa/Cairo',
] as const;
const LENGTHS_MS = [15, 60, 1_440, 3 * 1_440, 30 * 1_440].map((minutes) => minutes * 60_000);

/** @param random numbers in [0, 1). @param events to be counted, within [from, to) */
export function requestMaker(
  random: () => number,
  events: readonly CallEvent[],
  { from, to }: { readonly from: number; readonly to: number },
): () => UsageRequest {
  const pick = <T>(items: readonly T[], fallback: T): T =>
    items[Math.floor(random() * items.length)] ?? fallback;
  const some = (names: readonly GroupName[], chance: number): GroupName[] =>
    names
      .filter(() => random() < chance)
      .map((name) => ({ name, place: random() }))
      .toSorted((a, b) => a.place - b.place)
      .map(({ name }) => name);

  /** One to three values of some calls, sometimes with one that no call has. */
  function valuesOf(name: GroupName): (string | number)[] {
    const values = Array.from({ length: 1 + Math.floor(random() * 3) }, () => {
      const event = events[Math.floor(random() * events.length)];
      return event === undefined ? '' : valueOf(event, name);
    });
    return random() < 0.2 ? [...values, name === 'status' ? 599 : "no' such"] : values;
  }

  return () => {
    // Around a call, so that short ranges contain some.
    const around = events[Math.floor(random() * events.length)]?.occurred_at ?? from;
    const start = Math.max(from, around - Math.floor(random() * 900_000));
    const isWhole = random() < 0.3;
    const length = pick(LENGTHS_MS, 1) + Math.floor(random() * 900_000);
    return {
      from: isWhole ? from : start,
      to: isWhole ? to : start + length,
      groupBy: some([...TIMES, ...DIMENSIONS], 0.2),
      timeZone: random() < 0.3 ? undefined : pick(ZONES, 'UTC'),
      filters: new Map(some(DIMENSIONS, 0.15).map((name) => [name, valuesOf(name)])),
    };
  };
}

/** The events that a request selects. */
export function eventsOf(events: readonly CallEvent[], { from, to, filters }: UsageRequest): CallEvent[] {
  return events.filter(
    (event) =>
      event.occurred_at >= from &&
      event.occurred_at < to &&
      [...filters].every(([name, values]) => values.includes(valueOf(event, name))),
  );
}

/** The request as the query of a URL. */
export function queryOf({ from, to, groupBy, timeZone, filters }: UsageRequest): string {
  const query = new URLSearchParams({ from: new Date(from).toISOString(), to: new Date(to).toISOString() });
  if (groupBy.length > 0) query.set('group_by', groupBy.join(','));
  if (timeZone !== undefined) query.set('time_zone', timeZone);
  for (const [name, values] of filters) for (const value of values) query.append(name, String(value));
  return query.toString();
}

/** The sum of rows. */
export function sumOf(rows: Iterable<Counted>): Counted {
  let [calls, credits, rejected] = [0, 0, 0];
  for (const row of rows) {
    calls += row.calls;
    credits += row.credits;
    rejected += row.rejected;
  }
  return { calls, credits, rejected };
}

/** The groups with the most credits, then calls, then by name. Names compare by bytes, as in ClickHouse. */
export function largest(groups: ReadonlyMap<string, readonly CallEvent[]>, top: number): string[] {
  const counted = [...groups].map(([key, events]) => ({
    key,
    values: sortableOf(key),
    sums: countOf(events),
  }));
  return counted
    .toSorted(
      (a, b) => b.sums.credits - a.sums.credits || b.sums.calls - a.sums.calls || compare(a.values, b.values),
    )
    .slice(0, top)
    .map(({ key }) => key);
}

/** The values of a group in a comparable form. */
function sortableOf(key: string): (Buffer | number)[] {
  const values: (string | number)[] = JSON.parse(key);
  return values.map((value) => (typeof value === 'string' ? Buffer.from(value) : value));
}

function compare(a: readonly (Buffer | number)[], b: readonly (Buffer | number)[]): number {
  for (const [index, left] of a.entries()) {
    const right = b[index];
    const order =
      Buffer.isBuffer(left) && Buffer.isBuffer(right)
        ? Buffer.compare(left, right)
        : Number(left) - Number(right);
    if (order !== 0) return order;
  }
  return 0;
}
