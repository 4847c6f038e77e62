import { highestRateOf, measureAmount } from '../../../domain/alerts/amount-rule.ts';
import { bundledCatalogues } from '../../../domain/catalogues/catalogues.ts';
import { parseMoney } from '../../../domain/money.ts';

const highestRate = highestRateOf(bundledCatalogues().prices);
const at = (amount: string, kind: 'accrued-amount' | 'projected-amount' = 'accrued-amount') =>
  measureAmount(
    { rule_id: 'fifty', kind, amount: '50' },
    { amount: parseMoney(amount), currency: 'USD', highestRate, daysClosed: 10 },
  );

describe('a rule about the amount of the billing period', () => {
  it('goes by the exact amount', () => {
    expect([at('49.99999').isReached, at('50').isReached]).toEqual([false, true]);
    expect([at('47.49999').isBelow, at('47.5').isBelow]).toEqual([true, false]);
    expect(at('50.5')).toMatchObject({
      threshold: '50',
      value: '50.5',
      unit: 'USD',
      message: 'The billing period has accrued 50.5 USD.',
    });
    expect(at('50.5', 'projected-amount').message).toBe('The billing period is projected to cost 50.5 USD.');
  });

  it('cannot be reached before as many credits have landed as cost the rest at the highest price', () => {
    expect(highestRate.toFixed()).toBe('0.14');
    // 0.14 for 1,000.
    expect(at('49.86').headroom).toBe(1_000);
    // A late call of a closed day counts for each day that is left as well.
    expect(at('49.86', 'projected-amount').headroom).toBe(244);
  });
});
