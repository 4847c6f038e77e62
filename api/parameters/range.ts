import { addDays, clampedDate, monthNumberOf, type LocalDate } from '../../domain/calendar/dates.ts';
import { invalidParameter, Problem } from '../problems/problem.ts';
import { DAY_MS } from '../../schemas/time-units.ts';

/** D: a year to compare with, a month on top, and a day for the zone: what one request may span. */
const MAX_MONTHS = 13;

/** Refuses an empty or reversed range, and one over 13 months and a day. Half-open, epoch milliseconds. */
export function checkInstantRange(from: number, to: number): void {
  if (from >= to) throw invalidParameter('to', 'must lie after from: ranges are half-open [from, to)');
  const fromDate = new Date(from).toISOString().slice(0, 10);
  const timeOfDay = from % DAY_MS;
  if (to > Date.parse(`${latestEnd(fromDate)}T00:00:00Z`) + timeOfDay) throw tooLong();
}

/** The same for local dates. */
export function checkDateRange(from: LocalDate, to: LocalDate): void {
  if (from >= to)
    throw invalidParameter('to', 'must be a later date than from: ranges are half-open [from, to)');
  if (to > latestEnd(from)) throw tooLong();
}

/** The instant as many months earlier as one request may span, at the same time of day in UTC. */
export function monthsBefore(to: number): number {
  const date = new Date(to).toISOString().slice(0, 10);
  const earlier = clampedDate(monthNumberOf(date) - MAX_MONTHS, Number(date.slice(8)));
  return Date.parse(`${earlier}T00:00:00Z`) + (to % DAY_MS);
}

function latestEnd(from: LocalDate): LocalDate {
  return addDays(clampedDate(monthNumberOf(from) + MAX_MONTHS, Number(from.slice(8))), 1);
}

function tooLong(): Problem {
  const detail = `must lie at most ${MAX_MONTHS} months and a day after from: ask for the range in parts`;
  return new Problem('range-too-long', `to ${detail}.`, { errors: [{ parameter: 'to', detail }] });
}
