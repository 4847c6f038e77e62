import type { Size } from '../plan.ts';
import type { HistorySize } from './history.ts';

/** The history that usage, reports and growth share. Full: 13 months, within the 400 days that events are kept. */
export const HISTORY_SIZES: Readonly<Record<Size, HistorySize>> = {
  full: { calls: 100_000_000, orgs: 10_000, days: 394 },
  small: { calls: 1_000_000, orgs: 10_000, days: 40 },
  tiny: { calls: 2_000, orgs: 20, days: 2 },
};
