import { DAY_MS } from '../../../schemas/time-units.ts';

/** Converts between instants and the wall-clock times of a zone, as `datetime-local` fields hold them. */

/** Making one takes longer than using it a hundred times. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  const created = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  formatters.set(zone, created);
  return created;
}

/** Such as "2026-11-22T07:30". @param instant epoch milliseconds */
export function wallClock(instant: number, zone: string): string {
  const parts = formatterOf(zone).formatToParts(instant);
  const part = (type: string): string => parts.find((each) => each.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}-${part('day')}T${part('hour')}:${part('minute')}`;
}

/** The first instant that shows this wall-clock time. A time that the zone skips is as far past the skip's start. */
export function instantAt(wall: string, zone: string): number {
  const asUtc = Date.parse(`${wall}:00Z`);
  const offsetAt = (instant: number): number => Date.parse(`${wallClock(instant, zone)}:00Z`) - instant;
  // No zone is a day away from UTC, so a clock change near by makes the offset one of these two.
  const byEarlier = asUtc - offsetAt(asUtc - DAY_MS);
  const byLater = asUtc - offsetAt(asUtc + DAY_MS);
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
