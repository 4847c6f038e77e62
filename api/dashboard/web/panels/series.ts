import type { UsageRow } from '../answers.ts';
import { dayOf, dayTime, shortDate, time } from '../formats.ts';
import { addDays, localDate, startOfDate } from '../local-time.ts';
import type { Grain, Range } from '../intervals.ts';
import { BUCKET_MS, HOUR_MS, DAY_MS } from '../../../../schemas/time-units.ts';

/** The figures that the chart can show. */
export const MEASURES = ['credits', 'calls', 'rejected'] as const;
export type Measure = (typeof MEASURES)[number];

/** One bar: its time range and its usage, zeros included. */
export interface Bucket {
  readonly label: string;
  /** The label below the bar; neighbours may share one. */
  readonly tick: string;
  /** A day's bar spans its date in the zone, cut to the chart's range. */
  readonly range: Range;
  readonly credits: number;
  readonly calls: number;
  readonly rejected: number;
}

const STEP_MS = { '15m': BUCKET_MS, hour: HOUR_MS } as const;
const TWO_DAYS_MS = 2 * DAY_MS;

/** All bars of a range in order, empty ones included. */
export function bucketsOf(rows: readonly UsageRow[], range: Range, grain: Grain, zone: string): Bucket[] {
  return grain === 'day' ? daysOf(rows, range, zone) : timesOf(rows, range, grain, zone);
}

function timesOf(
  rows: readonly UsageRow[],
  { from, to }: Range,
  grain: '15m' | 'hour',
  zone: string,
): Bucket[] {
  const step = STEP_MS[grain];
  const found = new Map(rows.map((row) => [Date.parse(row[grain] ?? ''), row]));
  const isLong = to - from > TWO_DAYS_MS;
  const buckets: Bucket[] = [];
  for (let start = Math.floor(from / step) * step; start < to; start += step) {
    const range = { from: Math.max(from, start), to: Math.min(to, start + step) };
    const label = `${dayTime(range.from, zone)} – ${time(range.to, zone)}`;
    const tick = isLong ? dayOf(start, zone) : time(start, zone);
    buckets.push({ label, tick, range, ...figures(found.get(start)) });
  }
  return buckets;
}

function daysOf(rows: readonly UsageRow[], { from, to }: Range, zone: string): Bucket[] {
  const found = new Map(rows.map((row) => [row.day ?? '', row]));
  const last = localDate(to - 1, zone);
  const buckets: Bucket[] = [];
  for (let day = localDate(from, zone); day <= last; day = addDays(day, 1)) {
    const range = {
      from: Math.max(from, startOfDate(day, zone)),
      to: Math.min(to, startOfDate(addDays(day, 1), zone)),
    };
    buckets.push({ label: shortDate(day), tick: shortDate(day), range, ...figures(found.get(day)) });
  }
  return buckets;
}

function figures(row: UsageRow | undefined): Pick<Bucket, Measure> {
  return { credits: row?.credits ?? 0, calls: row?.calls ?? 0, rejected: row?.rejected ?? 0 };
}
