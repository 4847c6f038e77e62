import { DAY_MS } from '../../../schemas/time-units.ts';
/** Clock times of a zone, as `datetime-local` fields hold them, and instants. */

/** "2026-11-22T07:30" of an instant. */
export function wallClock(instant: number, zone: string): string {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  }).formatToParts(instant);
  const part = (type: string): string => parts.find((each) => each.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}-${part('day')}T${part('hour')}:${part('minute')}`;
}

/** The first instant of a clock time; of one that the zone skips, the instant as long after the skip began. */
export function instantAt(wall: string, zone: string): number {
  const asUtc = Date.parse(`${wall}:00Z`);
  const offsetAt = (instant: number): number => Date.parse(`${wallClock(instant, zone)}:00Z`) - instant;
  // No zone is a day away from UTC: where the clocks are changed near by, the offset is the one or the other.
  const byEarlier = asUtc - offsetAt(asUtc - DAY_MS);
  const byLater = asUtc - offsetAt(asUtc + DAY_MS);
  const isLater = wallClock(byEarlier, zone) !== wall && wallClock(byLater, zone) === wall;
  return isLater ? byLater : byEarlier;
}

/** The first instant of a local date. */
export const startOfDate = (date: string, zone: string): number => instantAt(`${date}T00:00`, zone);

/** The local date that holds an instant. */
export const localDate = (instant: number, zone: string): string => wallClock(instant, zone).slice(0, 10);

/** YYYY-MM-DD, so many days later. */
export const addDays = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
