import type { Usage, UsageRow } from '../answers.ts';
import { dayOf, dayTime, shortDate, time } from '../formats.ts';
import { addDays, localDate } from '../local-time.ts';
import type { Grain, Range } from '../state/range.ts';

/** What is drawn: one figure of usage. */
export const MEASURES = ['credits', 'calls', 'rejected'] as const;
export type Measure = (typeof MEASURES)[number];

/** One bar: its stretch of time, and its usage; zero where there was none. */
export interface Bucket {
  readonly label: string;
  /** Of the axis; empty where a bar has none. */
  readonly tick: string;
  /** Epoch milliseconds, half-open; a day's are of its date in the zone, near enough to choose a range by. */
  readonly range: Range;
  readonly credits: number;
  readonly calls: number;
  readonly rejected: number;
}

const STEP_MS = { '15m': 900_000, hour: 3_600_000, day: 86_400_000 } as const;

/** All buckets of a range, the empty ones too, in order. */
export function bucketsOf(usage: Usage, range: Range, grain: Grain, zone: string): Bucket[] {
  return grain === 'day' ? daysOf(usage, range, zone) : timesOf(usage, range, grain, zone);
}

function timesOf(usage: Usage, { from, to }: Range, grain: '15m' | 'hour', zone: string): Bucket[] {
  const step = STEP_MS[grain];
  const rows = new Map(usage.rows.map((row) => [Date.parse(row[grain] ?? ''), row]));
  const isLong = to - from > 2 * STEP_MS.day;
  const buckets: Bucket[] = [];
  for (let start = Math.floor(from / step) * step; start < to; start += step) {
    const range = { from: Math.max(from, start), to: Math.min(to, start + step) };
    const label = `${dayTime(range.from, zone)} – ${time(range.to, zone)}`;
    const tick = isLong ? dayOf(start, zone) : time(start, zone);
    buckets.push({ label, tick, range, ...figures(rows.get(start)) });
  }
  return buckets;
}

function daysOf(usage: Usage, { from, to }: Range, zone: string): Bucket[] {
  const rows = new Map(usage.rows.map((row) => [row.day ?? '', row]));
  const last = localDate(to - 1, zone);
  const buckets: Bucket[] = [];
  for (let day = localDate(from, zone); day <= last; day = addDays(day, 1)) {
    const start = Date.parse(`${day}T00:00:00Z`);
    const range = { from: Math.max(from, start), to: Math.min(to, start + STEP_MS.day) };
    buckets.push({ label: shortDate(day), tick: shortDate(day), range, ...figures(rows.get(day)) });
  }
  return buckets;
}

function figures(row: UsageRow | undefined): Pick<Bucket, Measure> {
  return { credits: row?.credits ?? 0, calls: row?.calls ?? 0, rejected: row?.rejected ?? 0 };
}
