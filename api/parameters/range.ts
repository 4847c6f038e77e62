import { addDays, clampedDate, monthNumberOf, type LocalDate } from '../../domain/calendar/dates.ts';
import { invalidParameter, Problem } from '../problems/problem.ts';
import { DAY_MS } from '../../schemas/time-units.ts';

/** D: the longest range of one request: a year to compare with, one more month, and a day for the time zone. */
const MAX_MONTHS = 13;

/** Rejects a range of instants that is empty or reversed. Throws the Problem `invalid-request`. */
export function checkInstantOrder(from: number, to: number): void {
  if (from >= to) throw invalidParameter('to', 'must lie after from: ranges are half-open [from, to)');
}

/**
 * Rejects a range that is empty, reversed or longer than 13 months and a day. Half-open, epoch milliseconds.
 * Throws the Problems `invalid-request` and `range-too-long`.
 */
export function checkInstantRange(from: number, to: number): void {
  checkInstantOrder(from, to);
  const fromDate = new Date(from).toISOString().slice(0, 10);
  const timeOfDay = from % DAY_MS;
  if (to > Date.parse(`${latestEnd(fromDate)}T00:00:00Z`) + timeOfDay) throw tooLong();
}

/** Checks a range of local dates in the same way. */
export function checkDateRange(from: LocalDate, to: LocalDate): void {
  if (from >= to)
    throw invalidParameter('to', 'must be a later date than from: ranges are half-open [from, to)');
  if (to > latestEnd(from)) throw tooLong();
}

/** The earliest `from` of a range that ends at `to`: 13 months earlier, at the same time of day in UTC. */
export function monthsBefore(to: number): number {
  const date = new Date(to).toISOString().slice(0, 10);
  const earlier = clampedDate(monthNumberOf(date) - MAX_MONTHS, Number(date.slice(8)));
  return Date.parse(`${earlier}T00:00:00Z`) + (to % DAY_MS);
}

function latestEnd(from: LocalDate): LocalDate {
  return addDays(clampedDate(monthNumberOf(from) + MAX_MONTHS, Number(from.slice(8))), 1);
}

function tooLong(): Problem {
  const detail = `must lie at most ${MAX_MONTHS} months and a day after from: request the range in parts`;
  return new Problem('range-too-long', `to ${detail}.`, { errors: [{ parameter: 'to', detail }] });
}
