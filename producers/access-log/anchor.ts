import { NOTHING_DROPPED } from '../../schemas/event-rules.ts';
import { validateTime, type TimeLimits } from '../../schemas/event-validation.ts';
import { DAY_MS } from '../../schemas/time-units.ts';
import type { LoggedAt, Scan } from './scan.ts';

/** Where the log's times are moved to. Pure. */
export type AnchorMode =
  | { readonly kind: 'as-logged' }
  /** The last line moves to now, as it was when this log was first replayed. */
  | { readonly kind: 'now' }
  /** The last line moves to a given instant, epoch milliseconds. */
  | { readonly kind: 'at'; readonly atMs: number };

/** The times of a replay. Lap 0 is the newest; every further lap lies `lapMs` earlier. */
export interface Schedule {
  readonly shiftMs: number;
  readonly lapMs: number;
  readonly laps: number;
}

const MAX_DATE_MS = 8.64e15;

/**
 * The last line is the last one in the file that is published, not the latest by time (interfaces.md: "moves the last
 * line to now"). Logs are written when calls end, so others may be later: by 44 s in the sample. These are then ahead
 * of the anchor by as much, which the future limit of 5 min accepts.
 * @param anchorMs where the last line moves to; undefined for the times as logged
 */
export function scheduleOf(scan: Scan, laps: number, anchorMs: number | undefined): Schedule {
  const { earliest, latest, last } = scan;
  const spanMs = earliest && latest ? latest.atMs - earliest.atMs : 0;
  return {
    shiftMs: anchorMs === undefined || !last ? 0 : anchorMs - last.atMs,
    // D: at least a day, so that the laps of a log of one instant do not coincide.
    lapMs: Math.max(1, Math.ceil(spanMs / DAY_MS)) * DAY_MS,
    laps,
  };
}

/** When a call of a lap is said to have occurred, epoch milliseconds. */
export function occurredAt(schedule: Schedule, loggedAtMs: number, lap: number): number {
  return loggedAtMs + schedule.shiftMs - lap * schedule.lapMs;
}

/** Part of the log would be quarantined: nothing is published. */
export class OutsideLimitsError extends Error {
  readonly code = 'OUTSIDE_LIMITS';
  constructor(message: string) {
    super(message);
    this.name = 'OutsideLimitsError';
  }
}

/**
 * Whether every event of the replay would be accepted, published now.
 * @param isBegun by an earlier run with --shift-to-now: then the anchor stays where it is
 * @throws OutsideLimitsError naming the setting, and what to do
 */
export function checkTimes(
  scan: Scan,
  schedule: Schedule,
  nowMs: number,
  limits: TimeLimits,
  isBegun = false,
): void {
  const { earliest, latest } = scan;
  if (!earliest || !latest) return;
  const oldestMs = occurredAt(schedule, earliest.atMs, schedule.laps - 1);
  const newestMs = occurredAt(schedule, latest.atMs, 0);
  const reasonAt = (occurredAtMs: number) =>
    validateTime({ occurredAtMs, clockMs: nowMs }, { ...NOTHING_DROPPED, ...limits })?.reason;
  if (reasonAt(oldestMs) === 'too-late') {
    throw new OutsideLimitsError(
      `${describe(earliest, oldestMs)}, ${days(nowMs - oldestMs)} days before now. Events more than ` +
        `${days(limits.latenessMs)} days old are not accepted (LATENESS_LIMIT_MS=${limits.latenessMs}), so ` +
        (isBegun ? TOO_OLD_TO_GO_ON : TOO_OLD),
    );
  }
  if (reasonAt(newestMs) === 'future-dated') {
    throw new OutsideLimitsError(
      `${describe(latest, newestMs)}, ${Math.ceil((newestMs - nowMs) / 1000)} s after now. Events more than ` +
        `${limits.futureMs / 1000} s ahead are not accepted (FUTURE_LIMIT_MS=${limits.futureMs}), so nothing was ` +
        'published. Give an earlier --anchor (the instant of the last line), or --shift-to-now.',
    );
  }
}

const TOO_OLD =
  'nothing was published. Give --shift-to-now to move the last line to now, or an --anchor, or fewer --laps; for a ' +
  'backfill raise LATENESS_LIMIT_MS here and for the consumer.';
const TOO_OLD_TO_GO_ON =
  'nothing more was published. Where the last line goes was chosen when this replay began, and stays. Raise ' +
  'LATENESS_LIMIT_MS, here and for the consumer, to publish the rest; or begin anew, in a stack with a new DATA_DIR.';

function describe(logged: LoggedAt, atMs: number): string {
  return `Line ${logged.line} would be published as of ${instantText(atMs)}`;
}

/** RFC 3339 in UTC; a date beyond what Date can hold is shown as the last one it can. */
export function instantText(ms: number): string {
  return new Date(Math.max(-MAX_DATE_MS, Math.min(MAX_DATE_MS, ms))).toISOString();
}

function days(ms: number): string {
  return (ms / DAY_MS).toFixed(1);
}
