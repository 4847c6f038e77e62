import { NOTHING_DROPPED } from '../../schemas/event-rules.ts';
import { validateTime, type TimeLimits } from '../../schemas/event-validation.ts';
import { DAY_MS } from '../../schemas/time-units.ts';
import type { LoggedAt, Scan } from './scan.ts';

/** Where the log's times are moved to. */
export type AnchorMode =
  | { readonly kind: 'as-logged' }
  /** The last line moves to the moment of the first such replay of this log. */
  | { readonly kind: 'now' }
  /** The last line moves to a given instant, epoch milliseconds. */
  | { readonly kind: 'at'; readonly atMs: number };

/** The times of a replay. Repetition 0 is the newest; each further one lies `repetitionMs` earlier. */
export interface Schedule {
  readonly shiftMs: number;
  readonly repetitionMs: number;
  readonly repetitions: number;
}

const MAX_DATE_MS = 8.64e15;

/**
 * The last line is the last published one in the file, not the latest by time (interfaces.md: "moves the last line to
 * now"). Logs are written when calls end, so other lines may be later, by 44 s in the sample. They end up after the
 * anchor, within the future limit of 5 min.
 * @param anchorMs where the last line moves to; undefined for the times as logged
 */
export function scheduleOf(scan: Scan, repetitions: number, anchorMs: number | undefined): Schedule {
  const { earliest, latest, last } = scan;
  const spanMs = earliest && latest ? latest.atMs - earliest.atMs : 0;
  return {
    shiftMs: anchorMs === undefined || !last ? 0 : anchorMs - last.atMs,
    // D: at least a day, so that the repetitions of a log with a single instant do not coincide.
    repetitionMs: Math.max(1, Math.ceil(spanMs / DAY_MS)) * DAY_MS,
    repetitions,
  };
}

/** The occurred_at of a call in a repetition, epoch milliseconds. */
export function occurredAt(schedule: Schedule, loggedAtMs: number, repetition: number): number {
  return loggedAtMs + schedule.shiftMs - repetition * schedule.repetitionMs;
}

/** Part of the log would be quarantined, so nothing is published. */
export class OutsideLimitsError extends Error {
  readonly code = 'OUTSIDE_LIMITS';
  constructor(message: string) {
    super(message);
    this.name = 'OutsideLimitsError';
  }
}

/**
 * Checks that every event of the replay would be accepted if it were published now.
 * @param isBegun whether an earlier run with --shift-to-now chose the anchor, which then stays
 * @throws OutsideLimitsError, which names the setting and says what to do
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
  const oldestMs = occurredAt(schedule, earliest.atMs, schedule.repetitions - 1);
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
  'nothing more was published. The anchor was chosen when this replay began, and stays. Raise LATENESS_LIMIT_MS, ' +
  'here and for the consumer, to publish the rest, or start again in a stack with a new DATA_DIR.';

function describe(logged: LoggedAt, atMs: number): string {
  return `Line ${logged.line} would be published as of ${instantText(atMs)}`;
}

/** RFC 3339 in UTC; an instant beyond the range of Date is shown as the nearest one in it. */
export function instantText(ms: number): string {
  return new Date(Math.max(-MAX_DATE_MS, Math.min(MAX_DATE_MS, ms))).toISOString();
}

function days(ms: number): string {
  return (ms / DAY_MS).toFixed(1);
}
