import * as fc from 'fast-check';
import { whatIf } from '../../../domain/pricing/what-if.ts';
import { bundledCatalogues, UnknownEditionError } from '../../../domain/catalogues/catalogues.ts';
import { canonical } from '../../../domain/money.ts';
import type { Subscription, SubscriptionTerms } from '../../../domain/settings/org-history.ts';
import { DAY_MS } from '../../../schemas/time-units.ts';

const FROM = Date.UTC(2026, 0, 1);
const catalogues = bundledCatalogues();

const subscriptionOf = (...terms: (readonly [effectiveDay: number, SubscriptionTerms])[]): Subscription => ({
  product: 'crm',
  versions: terms.map(([day, value]) => ({
    value,
    effectiveAt: FROM + day * DAY_MS,
    recordedAt: 0,
    recordedBy: 'test',
    reason: '',
  })),
});
const free = (additionalLimit: number): SubscriptionTerms => ({ edition: 'free', users: 1, additionalLimit });
const usageOf = (...used: number[]) =>
  used.map((credits, index) => ({
    day: {
      date: `2026-01-${String(index + 1).padStart(2, '0')}`,
      from: FROM + index * DAY_MS,
      to: FROM + (index + 1) * DAY_MS,
    },
    used: credits,
  }));

describe('what if', () => {
  const subscription = subscriptionOf([0, free(10_000)]);

  it('prices each day and the total as they were and as they would be under another limit', () => {
    const { days, asItWas, asItWouldBe } = whatIf(catalogues, subscription, usageOf(4_000, 35_000, 90_000), {
      additionalLimit: 80_000,
    });
    expect(days.map((day) => [day.asItWas?.billed, day.asItWouldBe?.billed])).toEqual([
      [0, 0],
      [10_000, 30_000],
      [10_000, 80_000],
    ]);
    expect([asItWas.credits, canonical(asItWas.amount)]).toEqual([20_000, '2.8']);
    expect([asItWouldBe.credits, canonical(asItWouldBe.amount)]).toEqual([110_000, '10.6']);
  });

  it('includes more credits under another edition and with more users', () => {
    const { days } = whatIf(catalogues, subscription, usageOf(60_000), { edition: 'enterprise', users: 8 });
    expect(days[0]?.asItWouldBe).toMatchObject({ included: 58_000, billed: 2_000, additionalLimit: 10_000 });
  });

  it('keeps the changes of terms that are not specified', () => {
    const changed = subscriptionOf([0, free(1_000)], [1, free(7_000)]);
    const { days } = whatIf(catalogues, changed, usageOf(99_000, 99_000), { edition: 'standard', users: 1 });
    expect(days.map((day) => [day.asItWouldBe?.included, day.asItWouldBe?.billed])).toEqual([
      [50_250, 1_000],
      [50_250, 7_000],
    ]);
  });

  it('has no charge under either terms for days before the subscription began', () => {
    const { days, asItWouldBe } = whatIf(
      catalogues,
      subscriptionOf([1, free(10_000)]),
      usageOf(99_000, 99_000),
      { additionalLimit: 50_000 },
    );
    expect(days[0]).toMatchObject({ asItWas: undefined, asItWouldBe: undefined });
    expect(asItWouldBe.credits).toBe(50_000);
  });

  it('rejects an edition that the product does not have', () => {
    expect(() => whatIf(catalogues, subscription, usageOf(1), { edition: 'express' })).toThrow(
      UnknownEditionError,
    );
  });

  it('changes nothing under the same terms, and its days add up to its totals', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2_000_000 }), { maxLength: 31 }), (used) => {
        const { days, asItWas, asItWouldBe } = whatIf(
          catalogues,
          subscription,
          usageOf(...used),
          free(10_000),
        );
        expect(asItWouldBe).toEqual(asItWas);
        const billed = days.reduce((sum, day) => sum + (day.asItWouldBe?.billed ?? 0), 0);
        expect(asItWouldBe.credits).toBe(billed);
      }),
      { numRuns: 50 },
    );
  });
});
