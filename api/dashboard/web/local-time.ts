import { offsetAt, zoneClock } from '../../../domain/calendar/zone-rules.ts';
import { DAY_MS } from '../../../schemas/time-units.ts';

/**
 * Converts between instants and the wall-clock times of a zone, as `datetime-local` fields hold them. By the time zone
 * rules that the API brings along, not the browser's: theirs may be older, and then a day begins at another time.
 */

/** The instant that UTC shows what the zone shows at an instant; both epoch milliseconds. @throws RangeError */
export function asShownInUtc(instant: number, zone: string): number {
  const clock = zoneClock(zone);
  if (clock === undefined) throw new RangeError(`${zone} is not a time zone.`);
  return instant + offsetAt(clock, instant);
}

/** Such as "2026-11-22T07:30". @param instant epoch milliseconds */
export const wallClock = (instant: number, zone: string): string =>
  new Date(asShownInUtc(instant, zone)).toISOString().slice(0, 16);

/** The first instant that shows this wall-clock time. A time that the zone skips is as far past the skip's start. */
export function instantAt(wall: string, zone: string): number {
  const asUtc = Date.parse(`${wall}:00Z`);
  const offsetNear = (instant: number): number => asShownInUtc(instant, zone) - instant;
  // No zone is a day away from UTC, so a clock change near by makes the offset one of these two.
  const byEarlier = asUtc - offsetNear(asUtc - DAY_MS);
  const byLater = asUtc - offsetNear(asUtc + DAY_MS);
  const isLater = wallClock(byEarlier, zone) !== wall && wallClock(byLater, zone) === wall;
  return isLater ? byLater : byEarlier;
}

/** The first instant of a local date. */
export const startOfDate = (date: string, zone: string): number => instantAt(`${date}T00:00`, zone);

/** The local date that holds an instant. */
export const localDate = (instant: number, zone: string): string => wallClock(instant, zone).slice(0, 10);

/** The date so many days later, YYYY-MM-DD. */
export const addDays = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
