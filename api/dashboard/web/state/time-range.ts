import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../../schemas/time-units.ts';
import { dateTime } from '../formats.ts';
import { MAX_MONTHS, monthsEarlier, type Range } from '../intervals.ts';
import { param } from './address.ts';

/** Ranges that end now. `startBefore` takes and returns epoch milliseconds. */
export const PRESETS = [
  { name: '30m', title: 'Last 30 minutes', startBefore: lasting(30 * MINUTE_MS) },
  { name: '1h', title: 'Last hour', startBefore: lasting(HOUR_MS) },
  { name: '6h', title: 'Last 6 hours', startBefore: lasting(6 * HOUR_MS) },
  { name: '24h', title: 'Last 24 hours', startBefore: lasting(DAY_MS) },
  { name: '7d', title: 'Last 7 days', startBefore: lasting(7 * DAY_MS) },
  { name: '30d', title: 'Last 30 days', startBefore: lasting(30 * DAY_MS) },
  { name: '90d', title: 'Last 90 days', startBefore: lasting(90 * DAY_MS) },
  { name: '13mo', title: 'Last 13 months', startBefore: (now: number) => monthsEarlier(now, MAX_MONTHS) },
] as const;

function lasting(ms: number): (now: number) => number {
  return (now) => now - ms;
}

export const DEFAULT_RANGE = '24h';

/** The range's name in the address. `custom` comes with `from` and `to`. */
export function rangeName(): string {
  const name = param('range');
  if (name === 'custom') return customRange() === undefined ? DEFAULT_RANGE : name;
  return PRESETS.some((preset) => preset.name === name) ? name : DEFAULT_RANGE;
}

/** Whether the range is the rolling 24 hours that the gauge shows. */
export const isCurrentUsageWindow = (): boolean => rangeName() === DEFAULT_RANGE;

/** The range on screen. @param now epoch milliseconds by the API's clock */
export function rangeAt(now: number): Range {
  const custom = rangeName() === 'custom' ? customRange() : undefined;
  return custom ?? { from: presetInAddress().startBefore(now), to: now };
}

export function rangeTitle(): string {
  return rangeName() === 'custom' ? 'Custom range' : presetInAddress().title;
}

/** "Last 24 hours: 27 Nov 2026, 10:00 – 28 Nov 2026, 10:00" */
export const rangeText = ({ from, to }: Range, zone: string): string =>
  `${rangeTitle()}: ${dateTime(from, zone)} – ${dateTime(to, zone)}`;

function presetInAddress(): (typeof PRESETS)[number] {
  const name = rangeName();
  return PRESETS.find((preset) => preset.name === name) ?? PRESETS[3];
}

function customRange(): Range | undefined {
  const range = { from: Date.parse(param('from')), to: Date.parse(param('to')) };
  return range.from < range.to ? range : undefined;
}
