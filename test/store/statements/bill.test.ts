import type { Period } from '../../../domain/calendar/billing-periods.ts';
import { billOf } from '../../../store/statements/bill.ts';
import { statementTotal } from '../../../store/statements/adjustments.ts';
import type { StatementDay } from '../../../store/statements/rows.ts';
import type { Statement } from '../../../store/statements/statement.ts';
import { canonical, parseMoney } from '../../../domain/money.ts';

const DAY_MS = 86_400_000;
const FROM = Date.UTC(2026, 5, 1);
const PERIOD: Period = {
  from: '2026-06-01',
  to: '2026-06-11',
  fromInstant: FROM,
  toInstant: FROM + 10 * DAY_MS,
};

/** Ten days, the first of which have the given status and bill the given credits at 0.14 per 1,000. */
function statementOf(...days: readonly (readonly [StatementDay['status'], number])[]): Statement {
  const rows = Array.from({ length: 10 }, (_, index): StatementDay => {
    const [status, billedCredits] = days[index] ?? (['open', 0] as const);
    return {
      day: {
        date: `2026-06-${String(index + 1).padStart(2, '0')}`,
        from: FROM + index * DAY_MS,
        to: FROM + (index + 1) * DAY_MS,
      },
      status,
      hasBegun: true,
      isSubscribed: true,
      revision: null,
      used: billedCredits,
      included: 0,
      additionalLimit: 1_000_000,
      additionalUsed: billedCredits,
      billedCredits,
      overLimit: 0,
      amount: parseMoney('0.00014').times(billedCredits),
      slabs: [],
      later: null,
      billedAsAdjustment: [],
    };
  });
  return {
    currency: 'USD',
    days: rows,
    adjustments: [],
    total: statementTotal(rows, []),
    rounded: null,
  };
}

const figures = (statement: Statement, now: number) => {
  const { accrued, projected, daysClosed } = billOf(statement, PERIOD, now);
  return {
    accrued: [accrued.credits, canonical(accrued.amount)],
    projected: [projected.credits, canonical(projected.amount)],
    daysClosed,
  };
};

describe('the bill of a period', () => {
  it('accrues closed days and today, and projects the closed days’ mean for the days that have not begun', () => {
    const statement = statementOf(['closed', 1_000], ['closed', 2_000], ['open', 500]);
    expect(figures(statement, FROM + 2 * DAY_MS + 1)).toEqual({
      accrued: [3_500, '0.49'],
      projected: [3_500 + 7 * 1_500, '1.96'],
      daysClosed: 2,
    });
  });

  it('counts a day as begun at its first instant', () => {
    const statement = statementOf(['closed', 1_000], ['open', 0]);
    expect(figures(statement, FROM + DAY_MS).projected).toEqual([1_000 + 8 * 1_000, '1.26']);
    expect(figures(statement, FROM + DAY_MS - 1).projected).toEqual([1_000 + 9 * 1_000, '1.4']);
  });

  it('counts an ended day that is not closed yet neither as closed nor as left', () => {
    const statement = statementOf(['closed', 1_000], ['open', 4_000], ['open', 0]);
    expect(figures(statement, FROM + 2 * DAY_MS)).toEqual({
      accrued: [5_000, '0.7'],
      projected: [5_000 + 7 * 1_000, '1.68'],
      daysClosed: 1,
    });
  });

  it('projects nothing beyond what is accrued while no day is closed, and nothing on the last day', () => {
    expect(figures(statementOf(['open', 800]), FROM).projected).toEqual([800, '0.112']);
    const days = Array.from({ length: 9 }, () => ['closed', 1_000] as const);
    expect(figures(statementOf(...days, ['open', 500]), PERIOD.toInstant - 1).projected).toEqual([
      9_500,
      '1.33',
    ]);
  });

  it('counts closed days without usage', () => {
    const statement = statementOf(['closed', 0], ['closed', 3_000], ['open', 0]);
    expect(figures(statement, FROM + 2 * DAY_MS).projected).toEqual([3_000 + 7 * 1_500, '1.89']);
  });
});
