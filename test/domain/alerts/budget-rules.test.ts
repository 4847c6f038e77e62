import {
  measureBudgets,
  measureSpendingCap,
  type BudgetRule,
  type UsedBudget,
} from '../../../domain/alerts/budget-rules.ts';
import { parseMoney } from '../../../domain/money.ts';

const BUDGET: BudgetRule = { rule_id: 'most', kind: 'budget-share', percent: 80 };
const CAP: BudgetRule = { rule_id: 'cap', kind: 'spending-cap-share', percent: 80 };

const of = (used: number, credits = 1_000): UsedBudget => ({ scope: 'team', name: 'sales', credits, used });
const at = (used: number) => measureBudgets(BUDGET, [of(used)], [])[0];

describe('a rule about budgets', () => {
  it('is raised at its share of each budget, and resolved below 95 % of that', () => {
    expect([at(799)?.isReached, at(800)?.isReached]).toEqual([false, true]);
    expect([at(759)?.isBelow, at(760)?.isBelow]).toEqual([true, false]);
    expect([at(799)?.headroom, at(760)?.excess]).toEqual([1, 1]);
  });

  it('names the budget, and says what is used of it', () => {
    const ann: UsedBudget = { scope: 'user', name: 'ann', credits: 3_000, used: 2_999 };
    expect(measureBudgets(BUDGET, [of(12), ann], [])).toMatchObject([
      { subject: 'team sales', value: '1.2' },
      {
        subject: 'user ann',
        threshold: '80',
        value: '99.9',
        unit: 'percent',
        message: 'The user ann has used 2,999 of the 3,000 credits of its budget (99.9 %).',
      },
    ]);
  });

  it('resolves the alert at a budget that has ended', () => {
    expect(measureBudgets(BUDGET, [of(900)], ['team sales', 'app web'])).toMatchObject([
      { subject: 'team sales', isReached: true },
      {
        subject: 'app web',
        isReached: false,
        isBelow: true,
        message: 'The budget of the app web has ended.',
      },
    ]);
  });

  it('is never reached at a budget of nothing', () => {
    expect(measureBudgets(BUDGET, [of(5, 0)], [])).toMatchObject([{ isReached: false, isBelow: true }]);
  });
});

const capAt = (amount: string, cap = '50') =>
  measureSpendingCap(CAP, {
    cap: parseMoney(cap),
    accrued: {
      amount: parseMoney(amount),
      currency: 'USD',
      highestRate: parseMoney('0.14'),
      daysClosed: 3,
    },
  });

describe('a rule about the spending cap', () => {
  it('goes by the exact amount of the billing period', () => {
    expect([capAt('39.99999').isReached, capAt('40').isReached]).toEqual([false, true]);
    expect([capAt('37.99999').isBelow, capAt('38').isBelow]).toEqual([true, false]);
    // 0.14 USD are the price of 1,000 credits.
    expect(capAt('39.86').headroom).toBe(1_000);
  });

  it('says what is spent of it, rounded down', () => {
    expect(capAt('49.99999')).toMatchObject({
      subject: '',
      threshold: '80',
      value: '99.9',
      unit: 'percent',
      message: '49.99999 of the 50 USD of the spending cap are spent (99.9 %).',
    });
  });

  it('is resolved where there is not a cap, and never reached at one of nothing', () => {
    expect(measureSpendingCap(CAP, undefined)).toMatchObject({ isReached: false, isBelow: true });
    expect(capAt('1', '0')).toMatchObject({ isReached: false, isBelow: true });
  });
});
