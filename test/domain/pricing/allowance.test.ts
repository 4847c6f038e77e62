import * as fc from 'fast-check';
import { allowanceAt, allowanceOfDay } from '../../../domain/pricing/allowance.ts';
import { bundledCatalogues, UnknownEditionError } from '../../../domain/catalogues/catalogues.ts';
import type { Catalogues } from '../../../domain/catalogues/catalogues.ts';
import type { Edition } from '../../../domain/catalogues/editions.ts';
import type { Subscription, SubscriptionTerms } from '../../../domain/settings/org-history.ts';
import { history } from '../calendar/histories.ts';

const bundled = bundledCatalogues();

function subscription(product: string, ...entries: (readonly [number, SubscriptionTerms])[]): Subscription {
  return { product, versions: history(...entries) };
}

/** The terms of crm standard for 10 users, 52,500 included (B), with some of them replaced. */
function terms(differing: Partial<SubscriptionTerms> = {}): SubscriptionTerms {
  return { edition: 'standard', users: 10, additionalLimit: 0, ...differing };
}

function editionsWithBase(base: number): Edition[] {
  return bundled.editions
    .flatMap(({ editions }) => editions)
    .map((edition) => Object.assign({}, edition, { base }));
}

test.each([
  ['crm', 'free', 1, 5_000],
  ['crm', 'free', 1_000, 5_000],
  ['crm', 'standard', 1, 50_250],
  ['crm', 'standard', 10, 52_500],
  ['crm', 'standard', 199, 99_750],
  ['crm', 'standard', 200, 100_000],
  ['crm', 'standard', 201, 100_000],
  ['crm', 'professional', 10, 55_000],
  ['crm', 'professional', 5_900, 3_000_000],
  ['crm', 'professional', 5_901, 3_000_000],
  ['crm', 'enterprise', 10, 60_000],
  ['crm', 'enterprise', 4_950, 5_000_000],
  ['crm', 'enterprise', 4_951, 5_000_000],
  ['crm', 'ultimate', 10, 70_000],
  ['crm', 'ultimate', 1_000_000, 2_000_050_000],
  ['bigin', 'free', 5, 5_000],
  ['bigin', 'express', 10, 52_500],
  ['bigin', 'premier', 1_000, 100_000],
])('%s %s with %d users includes %d credits', (product, edition, users, included) => {
  const allowance = allowanceAt(bundled, subscription(product, [0, terms({ edition, users })]), 0);
  expect(allowance?.included).toBe(included);
});

test('an allowance at an instant includes its formula', () => {
  const each = subscription('crm', [0, terms({ additionalLimit: 100_000 })]);
  expect(allowanceAt(bundled, each, 5)).toEqual({
    included: 52_500,
    additionalLimit: 100_000,
    edition: 'standard',
    formula: { base: 50_000, per_user: 250, users: 10, maximum: 100_000 },
  });
});

test('a changed limit applies from its instant; before the first version there is no subscription', () => {
  const each = subscription('crm', [100, terms()], [200, terms({ additionalLimit: 7 })]);
  const limits = [99, 100, 199, 200].map((instant) => allowanceAt(bundled, each, instant)?.additionalLimit);
  expect(limits).toEqual([undefined, 0, 0, 7]);
});

test('an edition that is not in the catalogue is an error', () => {
  const each = subscription('bigin', [0, terms({ edition: 'ultimate' })]);
  expect(() => allowanceAt(bundled, each, 0)).toThrow(UnknownEditionError);
});

describe('on a day [1000, 2000)', () => {
  const day = { from: 1_000, to: 2_000 };
  const limitOf = (...entries: (readonly [number, number])[]): number | undefined =>
    allowanceOfDay(
      bundled,
      subscription(
        'crm',
        ...entries.map(([instant, additionalLimit]) => [instant, terms({ additionalLimit })] as const),
      ),
      day,
    )?.additionalLimit;

  test('a raised limit applies to the whole day, even if raised in its last millisecond', () => {
    expect(limitOf([0, 10], [1_500, 20])).toBe(20);
    expect(limitOf([0, 10], [1_999, 20])).toBe(20);
    expect(limitOf([0, 10], [2_000, 20])).toBe(10);
  });

  test('a lowered limit does not lower it, unless it was lowered at the first instant', () => {
    expect(limitOf([0, 20], [1_500, 10])).toBe(20);
    expect(limitOf([0, 20], [1_001, 10])).toBe(20);
    expect(limitOf([0, 20], [1_000, 10])).toBe(10);
  });

  test('the highest limit applies if it is raised and lowered again', () => {
    expect(limitOf([0, 10], [1_200, 50], [1_300, 5])).toBe(50);
    expect(limitOf([0, 99], [500, 1], [1_200, 50], [2_500, 70])).toBe(50);
  });

  test('included credits and limit are each the highest of the day, even of different hours', () => {
    const each = subscription(
      'crm',
      [0, terms({ users: 20, additionalLimit: 5 })],
      [1_500, terms({ edition: 'free', users: 1, additionalLimit: 9 })],
    );
    expect(allowanceOfDay(bundled, each, day)).toEqual({ included: 55_000, additionalLimit: 9 });
  });

  test('a change of the edition catalogue within the day applies like a change of terms', () => {
    const catalogues: Catalogues = {
      ...bundled,
      editions: [...bundled.editions, { effectiveAt: 1_500, editions: editionsWithBase(51_000) }],
    };
    const each = subscription('crm', [0, terms()]);
    expect(allowanceOfDay(catalogues, each, day)?.included).toBe(53_500);
    expect(allowanceOfDay(catalogues, each, { from: 0, to: 1_500 })?.included).toBe(52_500);
  });

  test('a subscription that begins within the day applies, one that begins at its end does not', () => {
    expect(limitOf([1_999, 3])).toBe(3);
    expect(limitOf([2_000, 3])).toBeUndefined();
  });
});

test('the allowance of a day is the highest found by trying every instant of it', () => {
  const instants = fc.nat({ max: 40 });
  const anyTerms = fc.record({
    edition: fc.constantFrom('standard', 'professional'),
    users: fc.nat({ max: 400 }),
    additionalLimit: fc.nat({ max: 9 }),
  });
  const versions = fc.array(fc.tuple(instants, anyTerms), { maxLength: 6 });
  const anyEditions = fc.uniqueArray(fc.tuple(instants, fc.nat({ max: 60_000 })), {
    maxLength: 3,
    selector: ([effectiveAt]) => effectiveAt,
  });
  fc.assert(
    fc.property(
      versions,
      anyEditions,
      instants,
      fc.integer({ min: 1, max: 10 }),
      (entries, bases, from, length) => {
        const each = subscription('crm', ...entries);
        const catalogues: Catalogues = {
          ...bundled,
          editions: [
            { effectiveAt: -1, editions: editionsWithBase(50_000) },
            ...bases.map(([effectiveAt, base]) => ({
              effectiveAt,
              editions: editionsWithBase(base),
            })),
          ],
        };
        let highest: { included: number; additionalLimit: number } | undefined;
        for (let instant = from; instant < from + length; instant += 1) {
          const now = latest(entries, instant)?.[1];
          if (now === undefined) continue;
          const base = latest(bases, instant)?.[1] ?? 50_000;
          const granted = now.edition === 'standard' ? base + 250 * now.users : base + 500 * now.users;
          const included = Math.min(granted, now.edition === 'standard' ? 100_000 : 3_000_000);
          highest = {
            included: Math.max(included, highest?.included ?? 0),
            additionalLimit: Math.max(now.additionalLimit, highest?.additionalLimit ?? 0),
          };
        }
        expect(allowanceOfDay(catalogues, each, { from, to: from + length })).toEqual(highest);
      },
    ),
    { seed: 5, numRuns: 2_000 },
  );
});

function latest<T>(
  entries: readonly (readonly [number, T])[],
  instant: number,
): readonly [number, T] | undefined {
  return entries
    .filter(([effectiveAt]) => effectiveAt <= instant)
    .toSorted((a, b) => a[0] - b[0])
    .at(-1);
}
