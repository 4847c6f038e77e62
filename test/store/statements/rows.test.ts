import { billingPeriodsOf, finalAt } from '../../../domain/calendar/billing-periods.ts';
import { calendarOf } from '../../../domain/calendar/calendar.ts';
import { dayCharge } from '../../../domain/pricing/day-charge.ts';
import type { Charge } from '../../../store/charges/charges.ts';
import { adjustmentsOf, statementTotal } from '../../../store/statements/adjustments.ts';
import { statementDay, type Moment } from '../../../store/statements/rows.ts';
import { bundledCatalogues, priceBookAt } from '../../../domain/catalogues/catalogues.ts';
import { canonical, parseMoney } from '../../../domain/money.ts';

const versions = <T>(value: T) => [{ value, effectiveAt: 0, recordedAt: 0, recordedBy: 'test', reason: '' }];
const calendar = calendarOf(versions('UTC'));
const { periodOf } = billingPeriodsOf(calendar, versions(1));
const book = priceBookAt(bundledCatalogues(), 0);
const ALLOWANCE = { included: 52_500, additionalLimit: 100_000 };

const OWN = { billed_from: '2026-10-01', billed_to: '2026-11-01' };
const NEXT = { billed_from: '2026-11-01', billed_to: '2026-12-01' };
const FINAL_AT = finalAt(periodOf('2026-10-05'));

/** A revision in the log, its charge computed from what was used. */
function charge(revision: number, used: number, given: Partial<Charge> = {}): Charge {
  const { additional, billed, overLimit, amount } = dayCharge(ALLOWANCE, used, book);
  return {
    day: '2026-10-05',
    revision,
    used,
    included: ALLOWANCE.included,
    additional_limit: ALLOWANCE.additionalLimit,
    additional_used: additional,
    billed_credits: billed,
    over_limit: overLimit,
    amount,
    delta_credits: billed,
    delta_amount: amount,
    price_book: book.name,
    ...OWN,
    closed_at: Date.parse('2026-10-06T00:15:00Z'),
    ...given,
  };
}

function rowOf(charges: readonly Charge[], used: number | undefined, moment: Partial<Moment> = {}) {
  const day = calendar.dayFrom('2026-10-05');
  const live = used === undefined ? undefined : dayCharge(ALLOWANCE, used, book);
  const row = statementDay(
    { day, period: periodOf(day.date), charges, live },
    { now: day.to, chargesUntil: FINAL_AT - 1, closableUntil: day.to, priceBook: () => book, ...moment },
  );
  return {
    ...row,
    day: row.day.date,
    amount: canonical(row.amount),
    slabs: row.slabs.length,
    billedAsAdjustment: row.billedAsAdjustment.map((part) => [
      part.billedIn.from,
      part.credits,
      canonical(part.amount),
    ]),
  };
}

const BEFORE_END = Date.parse('2026-10-05T23:59:59.999Z');

describe('a day that the log has not closed', () => {
  it('is open and counts as it stands', () => {
    expect(rowOf([], 132_500, { closableUntil: BEFORE_END })).toEqual({
      day: '2026-10-05',
      status: 'open',
      hasBegun: true,
      isSubscribed: true,
      revision: null,
      used: 132_500,
      included: 52_500,
      additionalLimit: 100_000,
      additionalUsed: 80_000,
      billedCredits: 80_000,
      overLimit: 0,
      amount: '6.8',
      slabs: 2,
      later: null,
      billedAsAdjustment: [],
    });
  });

  it('has not begun before its first instant', () => {
    const { from, to } = calendar.dayFrom('2026-10-05');
    expect(rowOf([], 0, { now: from - 1, closableUntil: from - 1 })).toMatchObject({
      hasBegun: false,
      status: 'open',
    });
    expect(rowOf([], 0, { now: from, closableUntil: from }).hasBegun).toBe(true);
    expect(rowOf([], 0, { now: to }).hasBegun).toBe(true);
  });

  it('is open without usage until its end and the grace have landed, then closed', () => {
    expect(rowOf([], 0, { closableUntil: BEFORE_END }).status).toBe('open');
    expect(rowOf([], 0)).toMatchObject({ status: 'closed', revision: null, used: 0, amount: '0' });
  });

  it('stays open with usage, also after its end, until the aggregator closes it', () => {
    expect(rowOf([], 1)).toMatchObject({ status: 'open', used: 1 });
  });

  it('has zeros once its statement is final, and its calls beside them', () => {
    expect(rowOf([], 132_500, { chargesUntil: FINAL_AT - 1 })).toMatchObject({
      billedCredits: 80_000,
      later: null,
    });
    expect(rowOf([], 132_500, { chargesUntil: FINAL_AT })).toMatchObject({
      status: 'final',
      revision: null,
      used: 0,
      included: 52_500,
      additionalLimit: 100_000,
      additionalUsed: 0,
      overLimit: 0,
      billedCredits: 0,
      amount: '0',
      slabs: 0,
      later: { revision: null, used: 132_500, additionalUsed: 80_000, overLimit: 0 },
      billedAsAdjustment: [],
    });
    expect(rowOf([], 0, { chargesUntil: FINAL_AT }).later).toBeNull();
  });

  it('without a subscription has nothing included and nothing used', () => {
    expect(rowOf([], undefined)).toMatchObject({
      isSubscribed: false,
      used: 0,
      included: 0,
      billedCredits: 0,
      status: 'closed',
    });
    expect(rowOf([], 0).isSubscribed).toBe(true);
  });
});

describe('a day that the log has closed', () => {
  it('shows its last revision, whatever was counted since', () => {
    const row = rowOf([charge(1, 100_000), charge(2, 200_000)], 300_000);
    expect(row).toEqual({
      day: '2026-10-05',
      status: 'closed',
      hasBegun: true,
      isSubscribed: true,
      revision: 2,
      used: 200_000,
      included: 52_500,
      additionalLimit: 100_000,
      additionalUsed: 147_500,
      billedCredits: 100_000,
      overLimit: 47_500,
      amount: '8',
      slabs: 2,
      later: null,
      billedAsAdjustment: [],
    });
  });

  it('is final from 48 hours after its period’s end', () => {
    expect(rowOf([charge(1, 1)], 1, { chargesUntil: FINAL_AT - 1 }).status).toBe('closed');
    expect(rowOf([charge(1, 1)], 1, { chargesUntil: FINAL_AT }).status).toBe('final');
  });

  it('is frozen at the last revision that its own period billed, with what came later beside it', () => {
    const late = charge(2, 150_000, {
      ...NEXT,
      closed_at: FINAL_AT + 1,
      delta_credits: 17_500,
      delta_amount: parseMoney('1.05'),
    });
    expect(rowOf([charge(1, 132_500), late], 150_000, { chargesUntil: FINAL_AT + 2 })).toMatchObject({
      status: 'final',
      revision: 1,
      used: 132_500,
      billedCredits: 80_000,
      amount: '6.8',
      later: { revision: 2, used: 150_000, additionalUsed: 97_500, overLimit: 0 },
      billedAsAdjustment: [['2026-11-01', 17_500, '1.05']],
    });
  });

  it('only after its statement was final has zeros, with its usage beside them', () => {
    const late = charge(1, 200_000, { ...NEXT, closed_at: FINAL_AT + 1 });
    expect(rowOf([late], 200_000, { chargesUntil: FINAL_AT + 2 })).toMatchObject({
      status: 'final',
      revision: null,
      used: 0,
      included: 52_500,
      additionalLimit: 100_000,
      additionalUsed: 0,
      overLimit: 0,
      billedCredits: 0,
      amount: '0',
      slabs: 0,
      later: { revision: 1, used: 200_000, additionalUsed: 147_500, overLimit: 47_500 },
      billedAsAdjustment: [['2026-11-01', 100_000, '8']],
    });
  });

  it('has one adjustment for each later period, and none for differences that cancel out', () => {
    const late = (revision: number, used: number, delta: number, given: Partial<Charge>): Charge =>
      charge(revision, used, {
        delta_credits: delta,
        delta_amount: parseMoney('0.00014').times(delta),
        ...given,
      });
    const december = { billed_from: '2026-12-01', billed_to: '2027-01-01' };
    const january = { billed_from: '2027-01-01', billed_to: '2027-02-01' };
    const row = rowOf(
      [
        charge(1, 0),
        late(2, 52_600, 100, NEXT),
        late(3, 52_700, 100, NEXT),
        late(4, 52_800, 100, december),
        late(5, 52_900, 100, january),
        late(6, 52_800, -100, january),
      ],
      0,
      { chargesUntil: FINAL_AT },
    );
    expect(row.billedAsAdjustment).toEqual([
      ['2026-11-01', 200, '0.028'],
      ['2026-12-01', 100, '0.014'],
    ]);
    expect(row.later).toMatchObject({ revision: 6, used: 52_800 });
  });
});

describe('adjustment lines', () => {
  const late = charge(2, 150_000, { ...NEXT, closed_at: FINAL_AT + 5, delta_credits: 17_500 });
  const later = charge(3, 160_000, { ...NEXT, closed_at: FINAL_AT + 9, delta_credits: 2_500 });
  const early = charge(1, 132_500);

  it('are revisions billed in another period than the day’s own, in the order of closing', () => {
    expect(adjustmentsOf([later, early, late], periodOf, 0, Infinity)).toEqual([late, later]);
  });

  it('belong to the range in which they were closed, half-open', () => {
    expect(adjustmentsOf([early, late, later], periodOf, FINAL_AT + 5, FINAL_AT + 9)).toEqual([late]);
    expect(adjustmentsOf([early, late, later], periodOf, FINAL_AT + 6, FINAL_AT + 10)).toEqual([later]);
  });

  it('and rows bill every difference once: the total is their sum', () => {
    const minus = { ...later, delta_credits: -2_500, delta_amount: parseMoney('-0.15') };
    const day = calendar.dayFrom('2026-10-05');
    const row = statementDay(
      { day, period: periodOf(day.date), charges: [early, late, minus], live: undefined },
      { now: FINAL_AT + 20, chargesUntil: FINAL_AT + 20, closableUntil: day.to, priceBook: () => book },
    );
    const total = statementTotal([row, row], [late, minus]);
    expect(total.credits).toBe(80_000 + 80_000 + 17_500 - 2_500);
    expect(canonical(total.amount)).toBe(
      canonical(row.amount.times(2).plus(late.delta_amount).minus('0.15')),
    );
  });
});
