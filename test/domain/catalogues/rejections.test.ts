import { parseCosts } from '../../../domain/catalogues/costs.ts';
import { parseEditions } from '../../../domain/catalogues/editions.ts';
import { parsePrices } from '../../../domain/catalogues/prices.ts';
import { book, crmFree, editionsFrom, problemsOf, start } from './submissions.ts';

describe('a price book is rejected', () => {
  test.each<[string, unknown, string[]]>([
    ['without versions', [], ['no-versions ']],
    ['that is not a list', { slabs: [] }, ['no-versions ']],
    ['without slabs', [book(start, 'a')], ['shape /0/slabs']],
    [
      'with a negative price',
      [book(start, 'a', [null, '-0.14'])],
      ['negative-price /0/slabs/0/rate_per_1000'],
    ],
    [
      'with a rate with an exponent',
      [book(start, 'a', [null, '1e-2'])],
      ['not-a-rate /0/slabs/0/rate_per_1000'],
    ],
    [
      'with a rate of more than 9 decimals',
      [book(start, 'a', [null, '0.0000000001'])],
      ['not-a-rate /0/slabs/0/rate_per_1000'],
    ],
    [
      'with a rate that is a number',
      [{ ...book(start, 'a'), slabs: [{ credits: null, rate_per_1000: 0.1 }] }],
      ['shape /0/slabs/0/rate_per_1000'],
    ],
    [
      'with an endless slab that is not the last',
      [book(start, 'a', [null, '1'], [5, '1'], [null, '2'])],
      ['slab-out-of-order /0/slabs/0/credits'],
    ],
    [
      'with a last slab that ends',
      [book(start, 'a', [5, '1'], [10, '2'])],
      ['slab-out-of-order /0/slabs/1/credits'],
    ],
    ['with an empty slab', [book(start, 'a', [0, '1'], [null, '2'])], ['out-of-range /0/slabs/0/credits']],
    ['with half a credit', [book(start, 'a', [0.5, '1'], [null, '2'])], ['out-of-range /0/slabs/0/credits']],
    [
      'with a currency that is not an ISO code',
      [{ ...book(start, 'a', [null, '1']), currency: '$' }],
      ['not-a-currency /0/currency'],
    ],
    [
      'with negative minor unit digits',
      [{ ...book(start, 'a', [null, '1']), minor_unit_digits: -1 }],
      ['out-of-range /0/minor_unit_digits'],
    ],
    ['with an unknown property', [{ ...book(start, 'a', [null, '1']), taxes: 1 }], ['shape /0/taxes']],
    [
      'dated 30 February',
      [book('2026-02-30T00:00:00Z', 'a', [null, '1'])],
      ['not-an-instant /0/effective_at'],
    ],
    [
      'dated in local time',
      [book('2026-02-03T00:00:00+01:00', 'a', [null, '1'])],
      ['not-an-instant /0/effective_at'],
    ],
    [
      'with the effective date of another one',
      [book(start, 'a', [null, '1']), book('1970-01-01T00:00:00.000Z', 'b', [null, '1'])],
      ['duplicate-effective-date /1/effective_at'],
    ],
    [
      'with the name of another one',
      [
        book(start, 'a', [null, '1']),
        book('2026-01-01T00:00:00Z', 'b', [null, '1']),
        book('2027-01-01T00:00:00Z', 'a', [null, '1']),
      ],
      ['duplicate-name /2/name'],
    ],
  ])('%s', (_, json, problems) => {
    expect(problemsOf(() => parsePrices(json))).toEqual(problems);
  });
});

describe('an edition catalogue is rejected', () => {
  test.each<[string, unknown, string[]]>([
    [
      'with an edition twice',
      [editionsFrom(start, crmFree, { ...crmFree, base: 6 })],
      ['overlap /0/editions/1'],
    ],
    [
      'with a negative base',
      [editionsFrom(start, { ...crmFree, base: -1 })],
      ['out-of-range /0/editions/0/base'],
    ],
    [
      'with half a credit a user',
      [editionsFrom(start, { ...crmFree, per_user: 0.5 })],
      ['out-of-range /0/editions/0/per_user'],
    ],
    [
      'with a negative maximum',
      [editionsFrom(start, { ...crmFree, maximum: -5 })],
      ['out-of-range /0/editions/0/maximum'],
    ],
    [
      'without a maximum',
      [editionsFrom(start, { product: 'crm', edition: 'free', base: 1, per_user: 1 })],
      ['shape /0/editions/0'],
    ],
    [
      'that drops an edition',
      [editionsFrom(start, crmFree), editionsFrom('2026-01-01T00:00:00Z', { ...crmFree, edition: 'gold' })],
      ['unknown-edition /1/editions'],
    ],
  ])('%s', (_, json, problems) => {
    expect(problemsOf(() => parseEditions(json))).toEqual(problems);
  });
});

const call = { rule: 'call', kind: 'per_call', credits: 1 };
const costs = (...rules: object[]): object => ({ effective_at: start, rules });

describe('a cost catalogue is rejected', () => {
  test.each<[string, unknown, string[]]>([
    ['without the default rule', [costs({ ...call, rule: 'x' })], ['no-default /0/rules']],
    ['without rules', [costs()], ['no-default /0/rules']],
    ['with a rule twice', [costs(call, { ...call, credits: 2 })], ['overlap /0/rules/1/rule']],
    [
      'with a rule of an unknown kind',
      [costs(call, { ...call, rule: 'x', kind: 'free' })],
      ['shape /0/rules/1/kind'],
    ],
    [
      'with a negative cost',
      [costs(call, { rule: 'x', kind: 'per_call', credits: -1 })],
      ['out-of-range /0/rules/1/credits'],
    ],
    [
      'with a cost above what an event may carry',
      [costs(call, { rule: 'x', kind: 'per_call', credits: 1_000_001 })],
      ['out-of-range /0/rules/1/credits'],
    ],
    [
      'with a price per 0 units',
      [costs(call, { rule: 'x', kind: 'per_started', credits: 1, units: 0 })],
      ['out-of-range /0/rules/1/units'],
    ],
    [
      'with overlapping tiers',
      [
        costs(call, {
          rule: 'x',
          kind: 'tiers',
          tiers: [
            { up_to: 200, credits: 1 },
            { up_to: 200, credits: 2 },
          ],
        }),
      ],
      ['overlap /0/rules/1/tiers/1/up_to'],
    ],
    ['without tiers', [costs(call, { rule: 'x', kind: 'tiers', tiers: [] })], ['shape /0/rules/1/tiers']],
  ])('%s', (_, json, problems) => {
    expect(problemsOf(() => parseCosts(json))).toEqual(problems);
  });
});
