import { DAY_MS } from '../../schemas/time-units.ts';
import type { Scan } from './scan.ts';

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
