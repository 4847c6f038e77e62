import type { Versions } from '../settings/org-history.ts';
import { inEffectAt } from '../versions.ts';
import type { Calendar } from './calendar.ts';
import { clampedDate, monthNumberOf } from './dates.ts';
import type { LocalDate } from './dates.ts';
import type { Day } from './zone-days.ts';
import { HOUR_MS } from '../../schemas/time-units.ts';

/**
 * The billing periods of an org (domain.md, Billing periods): monthly, half-open in local dates, tiling them all.
 * D: from and to are the nominal dates, also where the org's calendar leaves such a date out; so a period keeps
 * its name whatever zone change comes before it ends. It begins with the first day of that date or later.
 */
export interface Period {
  readonly from: LocalDate;
  /** The next billing date. */
  readonly to: LocalDate;
  readonly fromInstant: number;
  readonly toInstant: number;
}

export interface BillingPeriods {
  /** The period that holds a local date. */
  readonly periodOf: (date: LocalDate) => Period;
  /** The period that holds an instant. */
  readonly periodAt: (instant: number) => Period;
}

/** The so many periods before the one that holds an instant, the latest first. */
export function periodsBefore({ periodAt }: BillingPeriods, instant: number, count: number): Period[] {
  const found: Period[] = [];
  for (let next = periodAt(instant); found.length < count;) {
    next = periodAt(next.fromInstant - 1);
    found.push(next);
  }
  return found;
}

/** From this date on, periods end on this day of the month. */
interface Anchor {
  readonly from: LocalDate;
  readonly billingDay: number;
}

/** A statement is final this long after its period's end. */
const FINAL_AFTER_MS = 48 * HOUR_MS;

/** D: as many different histories of billing days as are kept ready for one calendar; at the limit they start anew. */
const MAX_HISTORIES = 1_000;
/** Eleven years of dates, as of days: see zone-days.ts. */
const MAX_DATES = 4_000;
const shared = new WeakMap<Calendar, Map<string, BillingPeriods>>();

/**
 * @param billingDays the org's whole history of billing days, 1 to 31; the first holds before its instant too.
 * Orgs with equal histories and a common calendar share the periods.
 */
export function billingPeriodsOf(calendar: Calendar, billingDays: Versions<number>): BillingPeriods {
  const known = shared.get(calendar) ?? new Map<string, BillingPeriods>();
  shared.set(calendar, known);
  const key = billingDays.map(({ effectiveAt, value }) => `${effectiveAt} ${value}`).join('\n');
  const made = known.get(key) ?? createBillingPeriods(calendar, billingDays);
  if (known.size >= MAX_HISTORIES) known.clear();
  known.set(key, made);
  return made;
}

function createBillingPeriods(calendar: Calendar, billingDays: Versions<number>): BillingPeriods {
  const anchors = anchorsOf(calendar, billingDays);
  /** By any date within them. */
  const periods = new Map<LocalDate, Period>();

  function periodOf(date: LocalDate): Period {
    const known = periods.get(date);
    if (known !== undefined) return known;
    const { from, to } = datesOf(anchors, date);
    const fromInstant = calendar.dayFrom(from).from;
    const period = Object.freeze({ from, to, fromInstant, toInstant: calendar.dayFrom(to).from });
    if (periods.size >= MAX_DATES) periods.clear();
    periods.set(date, period);
    return period;
  }

  return { periodOf, periodAt: (instant) => periodOf(calendar.dayAt(instant).date) };
}

/** The instant from which a period's statement and its days never change. */
export function finalAt(period: Period): number {
  return period.toInstant + FINAL_AFTER_MS;
}

/**
 * The period whose statement carries what is closed at an instant for a day: the day's own while that statement is
 * not final, else the period that holds the moment of closing (domain.md, Open, closed, final).
 */
export function billedIn(periods: BillingPeriods, day: Day, closedAt: number): Period {
  const own = periods.periodOf(day.date);
  return closedAt < finalAt(own) ? own : periods.periodAt(closedAt);
}

/**
 * A change of billing day takes effect when the period that holds its instant ends. Only what took effect before
 * that end counts; so the last of several changes in one period does, and a change at the very start of a period
 * waits for that period's end (D).
 */
function anchorsOf(calendar: Calendar, billingDays: Versions<number>): readonly Anchor[] {
  const changes = billingDays.toSorted((a, b) => a.effectiveAt - b.effectiveAt);
  const first = changes[0];
  if (first === undefined) throw new RangeError('A history of billing days needs at least one.');
  let billingDay = inEffectAt(changes, first.effectiveAt)?.value ?? first.value;
  const anchors: Anchor[] = [{ from: '', billingDay }];
  for (const { effectiveAt } of changes) {
    const { to } = datesOf(anchors, calendar.dayAt(effectiveAt).date);
    const newDay = inEffectAt(changes, calendar.dayFrom(to).from - 1)?.value ?? billingDay;
    if (newDay === billingDay) continue;
    billingDay = newDay;
    anchors.push({ from: to, billingDay });
  }
  return anchors;
}

/** The period of a date: between the billing day's last occurrence, or the anchor, and its next occurrence. */
function datesOf(anchors: readonly Anchor[], date: LocalDate): { from: LocalDate; to: LocalDate } {
  const index = anchors.findLastIndex((each) => each.from <= date);
  const anchor = anchors[index];
  if (anchor === undefined) throw new RangeError('The first anchor holds for every date.');
  const { billingDay } = anchor;
  const month = monthNumberOf(date);
  const inMonth = clampedDate(month, billingDay);
  const begun = inMonth <= date;
  const last = begun ? inMonth : clampedDate(month - 1, billingDay);
  return {
    from: last < anchor.from ? anchor.from : last,
    to: begun ? clampedDate(month + 1, billingDay) : inMonth,
  };
}
