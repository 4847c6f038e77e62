import { allowanceAt } from '../../../domain/pricing/allowance.ts';
import { editionAt, priceBookAt } from '../../../domain/catalogues/catalogues.ts';
import { subscriptionOf } from '../../../domain/settings/org-history.ts';
import { catalogued, created, logOf, NO_SETTINGS, rejectionsOf, subscribed } from './changes.ts';
import { bundledCatalogueJson } from '../../../schemas/bundled-catalogues.ts';
import { DAY_MS } from '../../../schemas/time-units.ts';

const T = Date.parse('2026-03-10T12:00:00Z');
const LATER = T + 30 * DAY_MS;
const free = { edition: 'free', users: 1 };

const book = (name: string, more: object = {}) => ({
  name,
  currency: 'USD',
  minor_unit_digits: 2,
  slabs: [{ credits: null, rate_per_1000: '0.1' }],
  ...more,
});
const slab = (credits: number | null, rate_per_1000: string) => ({ credits, rate_per_1000 });

describe('a catalogue accepts a version', () => {
  const json = bundledCatalogueJson();
  const editions: object[] = Object(json.editions[0]).editions;
  const gold = { product: 'crm', edition: 'gold', base: 70_000, per_user: 0, maximum: null };

  it('that takes effect when it is recorded, or later', () => {
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

  it('with a new edition, which can be subscribed to from its effective date, and with other included credits', () => {
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
    expect(rejectionsOf(state, log)).toEqual(['3 unknown-edition /edition']);
    const crm = subscriptionOf(state.history('acme') ?? fail(), 'crm') ?? fail();
    expect(allowanceAt(state.catalogues, crm, LATER - 1)?.included).toBe(5_000);
    expect(allowanceAt(state.catalogues, crm, LATER)?.included).toBe(70_000);
    expect(editionAt(state.catalogues, 'crm', 'free', LATER).base).toBe(6_000);
  });

  test.each<[string, Parameters<typeof catalogued>, string]>([
    ['for one organisation only', ['prices', book('a'), { org_id: 'acme' }], 'org-id'],
    ['that is not an object', ['prices', []], 'shape'],
    [
      'with the effective date of another one',
      ['prices', book('b'), { effective_at: LATER }],
      'duplicate-effective-date /effective_at',
    ],
    ['with the name of another one', ['prices', book('2020-09')], 'duplicate-name /name'],
    ['in another currency', ['prices', book('a', { currency: 'EUR' })], 'currency-change /currency'],
    [
      'with other minor unit digits',
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
      'without an edition of the version before',
      ['editions', { editions: editions.slice(1) }],
      'unknown-edition /editions',
    ],
    ['with an edition twice', ['editions', { editions: [...editions, gold, gold] }], 'overlap /editions/9'],
    [
      'that grants more credits than allowed',
      ['editions', { editions: [...editions, { ...gold, per_user: 100_000_001 }] }],
      'out-of-range /editions/8/per_user',
    ],
    ['without the default cost rule', ['costs', { rules: [] }], 'no-default /rules'],
    ['with the wrong shape', ['costs', { rules: {} }], 'shape /rules'],
  ])('but not one %s', (_, change, problem) => {
    const log = logOf(
      T,
      catalogued('prices', book('planned'), { effective_at: LATER }),
      catalogued(...change),
    );
    const state = NO_SETTINGS.after(log);
    expect(rejectionsOf(state, log)[0]).toBe(`1 ${problem}`);
    expect(state.catalogueJson).toEqual(NO_SETTINGS.after(log.slice(0, 1)).catalogueJson);
  });
});

function fail(): never {
  throw new Error('not there');
}
