import * as fc from 'fast-check';
import { callCost } from '../../producers/call-cost.ts';
import { EventRejectedError, UnknownCostRuleError } from '../../producers/errors.ts';
import { bundledCatalogues } from '../../domain/catalogues/catalogues.ts';
import { parseCosts } from '../../domain/catalogues/costs.ts';
import { bundledCatalogueJson } from '../../schemas/bundled-catalogues.ts';

const AT = Date.UTC(2026, 2, 1);
const bundled = bundledCatalogues();
const cost = (rule?: string, units?: number) => callCost(bundled, AT, rule, units);

test('a call costs 1 unless a rule says otherwise', () => {
  expect(cost()).toEqual({ credits: 1, rule: 'call', units: 0 });
});

test.each([
  ['call', 500, 1],
  ...['insert', 'update', 'upsert'].flatMap((rule) => [
    [rule, 1, 1] as const,
    [rule, 10, 1] as const,
    [rule, 11, 2] as const,
    [rule, 20, 2] as const,
    [rule, 21, 3] as const,
    [rule, 100, 10] as const,
  ]),
  ...['add_tags', 'remove_tags'].flatMap((rule) => [
    [rule, 1, 1] as const,
    [rule, 50, 1] as const,
    [rule, 51, 2] as const,
    [rule, 100, 2] as const,
  ]),
  ['list_deleted', 200, 2],
  ['custom_view', 200, 3],
  ['convert_lead', 1, 5],
  ['send_mail', 1, 20],
  ['merge', 3, 50],
  ['count', 1, 50],
  ['bulk_read', 200_000, 50],
  ['bulk_write', 25_000, 500],
  ['query', 0, 1],
  ['query', 200, 1],
  ['query', 201, 2],
  ['query', 1_000, 2],
  ['query', 1_001, 3],
  ['query', 2_000, 3],
] as const)('%s of %d costs %d', (rule, units, credits) => {
  expect(cost(rule, units)).toEqual({ credits, rule, units });
});

test('D: no answered call is free, and beyond the last tier its credits hold', () => {
  expect(cost('insert', 0).credits).toBe(1);
  expect(cost('query', 2_001).credits).toBe(3);
});

test('every started lot costs, tried by taking lots away', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2_000 }), (records) => {
      let lots = 0;
      for (let left = records; left > 0; left -= 10) lots += 1;
      expect(cost('upsert', records).credits).toBe(lots);
    }),
    { seed: 12, numRuns: 500 },
  );
});

test('the costs are those in effect when the call was answered', () => {
  const rules = [{ rule: 'call', kind: 'per_call', credits: 2 }];
  const later = { effective_at: '2026-03-01T00:00:00.000Z', rules };
  const costs = parseCosts([...bundledCatalogueJson().costs, later]);
  expect(callCost({ costs }, AT - 1).credits).toBe(1);
  expect(callCost({ costs }, AT).credits).toBe(2);
});

test('an unknown rule and an invalid count are rejected', () => {
  expect(() => cost('teleport', 1)).toThrow(UnknownCostRuleError);
  expect(() => cost('teleport', 1)).toThrow(/"teleport": use one of call, insert/);
  expect(() => cost('insert', 1.5)).toThrow(/units is 1.5/);
  expect(() => cost('insert', -1)).toThrow(/units is -1/);
  expect(() => cost('insert', -1)).toThrow(EventRejectedError);
});

test('the catalogue has these rules and no other', () => {
  expect(
    bundled.costs
      .flatMap(({ rules }) => rules)
      .map(({ rule }) => rule)
      .toSorted(),
  ).toEqual(
    'add_tags bulk_read bulk_write call convert_lead count custom_view insert list_deleted merge query remove_tags send_mail update upsert'.split(
      ' ',
    ),
  );
});
