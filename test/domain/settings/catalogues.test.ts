import { allowanceAt } from '../../../domain/pricing/allowance.ts';
import { editionAt, priceBookAt } from '../../../domain/catalogues/catalogues.ts';
import { subscriptionOf } from '../../../domain/settings/org-history.ts';
import { catalogued, created, logOf, NO_SETTINGS, refusals, subscribed } from './changes.ts';
import { bundledCatalogueJson } from '../../../schemas/bundled-catalogues.ts';

const T = Date.parse('2026-03-10T12:00:00Z');
const LATER = T + 30 * 86_400_000;
const free = { edition: 'free', users: 1 };

const book = (name: string, more: object = {}) => ({
  name,
  currency: 'USD',
  minor_unit_digits: 2,
  slabs: [{ credits: null, rate_per_1000: '0.1' }],
  ...more,
});
const slab = (credits: number | null, rate_per_1000: string) => ({ credits, rate_per_1000 });

describe('a catalogue gets a version', () => {
  const json = bundledCatalogueJson();
  const editions: object[] = Object(json.editions[0]).editions;
  const gold = { product: 'crm', edition: 'gold', base: 70_000, per_user: 0, maximum: null };

  it('that takes effect when it is recorded, or later by itself', () => {
    const state = NO_SETTINGS.after(
      logOf(
        T,
        catalogued('prices', { ...book('now'), effective_at: '1999-01-01T00:00:00Z' }),
        catalogued('prices', book('later'), { effective_at: LATER }),
      ),
    );
    const names = [T - 1, T, LATER - 1, LATER].map((at) => priceBookAt(state.catalogues, at).name);
    expect(names).toEqual(['2020-09', 'now', 'now', 'later']);
    expect(state.catalogueJson.prices).toHaveLength(3);
    expect(state.outcomesOf('')).toHaveLength(2);
  });

  it('whose editions may be subscribed to from then on, and change what the others grant', () => {
    const raised = editions.map((each) => ({
      ...each,
      ...('maximum' in each && { base: 6_000, maximum: 6_000 }),
    }));
    const log = logOf(
      T,
      created(),
      subscribed(free),
      catalogued('editions', { editions: [...raised, gold] }, { effective_at: LATER }),
      subscribed({ edition: 'gold' }),
      subscribed({ edition: 'gold' }, { effective_at: LATER }),
    );
    const state = NO_SETTINGS.after(log);
    expect(refusals(state, log)).toEqual(['3 unknown-edition /edition']);
    const crm = subscriptionOf(state.history('acme') ?? fail(), 'crm') ?? fail();
    expect(allowanceAt(state.catalogues, crm, LATER - 1)?.included).toBe(5_000);
    expect(allowanceAt(state.catalogues, crm, LATER)?.included).toBe(70_000);
    expect(editionAt(state.catalogues, 'crm', 'free', LATER).base).toBe(6_000);
  });

  test.each<[string, Parameters<typeof catalogued>, string]>([
    ['for one org only', ['prices', book('a'), { org_id: 'acme' }], 'org-id'],
    ['that is no object', ['prices', []], 'shape'],
    [
      'of two at one instant',
      ['prices', book('b'), { effective_at: LATER }],
      'duplicate-effective-date /effective_at',
    ],
    ['under a name that is used', ['prices', book('2020-09')], 'duplicate-name /name'],
    ['in another currency', ['prices', book('a', { currency: 'EUR' })], 'currency-change /currency'],
    [
      'rounded otherwise',
      ['prices', book('a', { minor_unit_digits: 3 })],
      'currency-change /minor_unit_digits',
    ],
    [
      'with a negative price',
      ['prices', book('a', { slabs: [slab(null, '-1')] })],
      'negative-price /slabs/0/rate_per_1000',
    ],
    [
      'with slabs out of order',
      ['prices', book('a', { slabs: [slab(null, '1'), slab(5, '1')] })],
      'slab-out-of-order /slabs/0/credits',
    ],
    [
      'without an edition of before',
      ['editions', { editions: editions.slice(1) }],
      'unknown-edition /editions',
    ],
    ['with an edition twice', ['editions', { editions: [...editions, gold, gold] }], 'overlap /editions/9'],
    [
      'that grants more than is safe',
      ['editions', { editions: [...editions, { ...gold, per_user: 100_000_001 }] }],
      'out-of-range /editions/8/per_user',
    ],
    ['without what any call costs', ['costs', { rules: [] }], 'no-default /rules'],
    ['of an unknown shape', ['costs', { rules: {} }], 'shape /rules'],
  ])('but not one %s', (_, change, problem) => {
    const log = logOf(
      T,
      catalogued('prices', book('planned'), { effective_at: LATER }),
      catalogued(...change),
    );
    const state = NO_SETTINGS.after(log);
    expect(refusals(state, log)[0]).toBe(`1 ${problem}`);
    expect(state.catalogueJson).toEqual(NO_SETTINGS.after(log.slice(0, 1)).catalogueJson);
  });
});

function fail(): never {
  throw new Error('not there');
}
