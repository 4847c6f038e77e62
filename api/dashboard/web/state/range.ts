import type { Range } from '../interval.ts';
import { param } from './place.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Ranges that end now; the rolling 24 hours are the gauge's own. */
export const PRESETS = [
  { name: '30m', title: 'Last 30 minutes', ms: 30 * MINUTE },
  { name: '1h', title: 'Last hour', ms: HOUR },
  { name: '6h', title: 'Last 6 hours', ms: 6 * HOUR },
  { name: '24h', title: 'Last 24 hours', ms: DAY },
  { name: '7d', title: 'Last 7 days', ms: 7 * DAY },
  { name: '30d', title: 'Last 30 days', ms: 30 * DAY },
  { name: '90d', title: 'Last 90 days', ms: 90 * DAY },
  { name: '13mo', title: 'Last 13 months', ms: 396 * DAY },
] as const;

export const DEFAULT_RANGE = '24h';

/** The range's name in the address; `custom` comes with from and to. */
export function rangeName(): string {
  const name = param('range');
  if (name === 'custom') return customRange() === undefined ? DEFAULT_RANGE : name;
  return PRESETS.some((preset) => preset.name === name) ? name : DEFAULT_RANGE;
}

export const isCurrentUsageWindow = (): boolean => rangeName() === DEFAULT_RANGE;

/** What is shown, by the API's clock. @param now epoch milliseconds */
export function rangeAt(now: number): Range {
  const name = rangeName();
  const custom = name === 'custom' ? customRange() : undefined;
  if (custom !== undefined) return custom;
  const ms = PRESETS.find((preset) => preset.name === name)?.ms ?? DAY;
  return { from: now - ms, to: now };
}

export function rangeTitle(): string {
  const name = rangeName();
  return PRESETS.find((preset) => preset.name === name)?.title ?? 'Chosen range';
}

function customRange(): Range | undefined {
  const range = { from: Date.parse(param('from')), to: Date.parse(param('to')) };
  return range.from < range.to ? range : undefined;
}
