import { HOUR_MS } from '../../schemas/time-units.ts';
import { WINDOW_MS } from '../usage/returning.ts';
import { countText, type Measured } from './measured.ts';
import type { AlertRule } from './rules.ts';

/** D: resolved when the credits last for a fifth longer than the rule's hours. */
const RESOLVE_FACTOR = 1.2;

export interface Exhaustion {
  readonly asOf: number;
  readonly used: number;
  readonly total: number;
  /** Credits used in the last hour. */
  readonly pacePerHour: number;
  /** runsOutAt (domain/usage/returning.ts): null for "not within 24 h". */
  readonly runsOutAt: number | null;
}

/** The rule about the time until the credits run out at the pace of the last hour. */
export function measureExhaustion(
  { rule_id: ruleId, kind, hours = 1 }: AlertRule,
  { asOf, used, total, pacePerHour, runsOutAt }: Exhaustion,
): Measured {
  const leftMs = runsOutAt === null ? Infinity : Math.max(0, runsOutAt - asOf);
  const left = Math.floor((Math.min(leftMs, WINDOW_MS) / HOUR_MS) * 10) / 10;
  const isReached = leftMs <= hours * HOUR_MS;
  return {
    ruleId,
    kind,
    subject: '',
    isReached,
    isBelow: leftMs > Math.min(WINDOW_MS, hours * HOUR_MS * RESOLVE_FACTOR),
    threshold: String(hours),
    value: String(left),
    unit: 'hours',
    message:
      runsOutAt === null
        ? `At ${countText(pacePerHour)} credits an hour the credits do not run out within 24 hours.`
        : `At ${countText(pacePerHour)} credits an hour the credits run out in ${left} hours.`,
    headroom: isReached ? 0 : headroomOf(hours, total - used, pacePerHour),
    // It depends on the pace too, which time alone changes.
    excess: 0,
  };
}

/**
 * x more credits leave unused - x, and raise the pace by x at most. Without the returning credits they last for
 * (unused - x) / (pace + x) hours, and with them no less. So before x is so large the rule cannot be reached.
 */
function headroomOf(hours: number, unused: number, pace: number): number {
  return Math.max(0, Math.ceil((unused - pace * hours) / (1 + hours)));
}
