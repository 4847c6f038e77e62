import type { Versions } from '../settings/org-history.ts';
import { inEffectAt } from '../versions.ts';
import type { Calendar } from './calendar.ts';
import { clampedDate, monthNumberOf } from './dates.ts';
import type { LocalDate } from './dates.ts';
import type { Day } from './zone-days.ts';
import { HOUR_MS } from '../../schemas/time-units.ts';

/**
 * A billing period of an organisation (domain.md, Billing periods): monthly, half-open in local dates. The periods
 * cover every date exactly once. D: `from` and `to` are the nominal dates even where the organisation's calendar skips
 * such a date, so a period keeps its name when the time zone changes before it ends. The period then begins with the
 * first day after that date.
 */
export interface Period {
  readonly from: LocalDate;
  /** The next billing date. */
  readonly to: LocalDate;
  readonly fromInstant: number;
  readonly toInstant: number;
}

export interface BillingPeriods {
  /** The period that contains a local date. */
  readonly periodOf: (date: LocalDate) => Period;
  /** The period that contains an instant. */
  readonly periodAt: (instant: number) => Period;
}

/** The last `count` periods before the one that contains an instant, the latest first. */
export function periodsBefore({ periodAt }: BillingPeriods, instant: number, count: number): Period[] {
  const found: Period[] = [];
  for (let next = periodAt(instant); found.length < count;) {
    next = periodAt(next.fromInstant - 1);
    found.push(next);
  }
  return found;
}

/** From `from` on, periods end on `billingDay` of the month. */
interface Anchor {
  readonly from: LocalDate;
  readonly billingDay: number;
}

/** A statement is final this long after the end of its period (domain.md, Open, closed, final). */
const FINAL_AFTER_MS = 48 * HOUR_MS;

/** D: different histories of billing days cached for one calendar; at the limit the cache is emptied. */
const MAX_HISTORIES = 1_000;
/** Dates cached for one history, eleven years: as many as days in zone-days.ts. */
const MAX_DATES = 4_000;
const shared = new WeakMap<Calendar, Map<string, BillingPeriods>>();
/** Histories are immutable, so the same one has the same periods. */
const byHistory = new WeakMap<Calendar, WeakMap<Versions<number>, BillingPeriods>>();

/**
 * The billing periods of an organisation. Organisations with equal histories and the same calendar share them.
 * @param billingDays the whole history of billing days, 1 to 31; the first one also applies before its instant
 * @throws RangeError for an empty history
 */
export function billingPeriodsOf(calendar: Calendar, billingDays: Versions<number>): BillingPeriods {
  const same = byHistory.get(calendar)?.get(billingDays);
  if (same !== undefined) return same;
  const periods = sharedPeriods(calendar, billingDays);
  const histories = byHistory.get(calendar) ?? new WeakMap<Versions<number>, BillingPeriods>();
  byHistory.set(calendar, histories.set(billingDays, periods));
  return periods;
}

function sharedPeriods(calendar: Calendar, billingDays: Versions<number>): BillingPeriods {
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
  /** Keyed by every date that was looked up, not only by the first of a period. */
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

/** The instant from which the statement of a period and its days never change again. */
export function finalAt(period: Period): number {
  return period.toInstant + FINAL_AFTER_MS;
}

/**
 * The period that bills a revision of a day: the day's own period while its statement is not final, else the period
 * that contains the moment of closing (domain.md, Open, closed, final).
 */
export function billedIn(periods: BillingPeriods, day: Day, closedAt: number): Period {
  const own = periods.periodOf(day.date);
  return closedAt < finalAt(own) ? own : periods.periodAt(closedAt);
}

/**
 * A change of billing day takes effect at the end of the period that contains its instant. Of several changes within
 * one period the last one applies. D: a change at the first instant of a period waits for the end of that period.
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

/** The period of a date: from the billing day's last occurrence, or from the anchor, to its next occurrence. */
function datesOf(anchors: readonly Anchor[], date: LocalDate): { from: LocalDate; to: LocalDate } {
  const index = anchors.findLastIndex((each) => each.from <= date);
  const anchor = anchors[index];
  if (anchor === undefined) throw new RangeError('The first anchor applies to every date.');
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
