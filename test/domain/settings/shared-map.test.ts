import fc from 'fast-check';
import { SharedMap } from '../../../domain/settings/shared-map.ts';

const entries = fc.array(fc.tuple(fc.string({ maxLength: 3 }), fc.integer()), { maxLength: 300 });

const filled = (map: SharedMap<number>, given: readonly (readonly [string, number])[]) => {
  for (const [key, value] of given) map.set(key, value);
  return map;
};
const entriesOf = (map: SharedMap<number>) =>
  map
    .keys()
    .toSorted()
    .map((key) => [key, map.get(key)]);

describe('a map that shares its parts', () => {
  it('has the entries of a Map, and changes of a copy appear in no other map', () => {
    fc.assert(
      fc.property(entries, entries, entries, (first, left, right) => {
        const base = filled(SharedMap.empty(), first);
        const copies = [left, right].map((more) => filled(base.copy(), more));
        for (const [map, given] of [
          [base, first],
          [copies[0], [...first, ...left]],
          [copies[1], [...first, ...right]],
        ] as const) {
          expect(map && entriesOf(map)).toEqual([...new Map(given)].toSorted(([a], [b]) => (a < b ? -1 : 1)));
        }
      }),
    );
  });

  it('reports missing keys', () => {
    const map = filled(SharedMap.empty(), [['a', 0]]);
    expect(['a', 'b', 'toString'].map((key) => [map.has(key), map.get(key)])).toEqual([
      [true, 0],
      [false, undefined],
      [false, undefined],
    ]);
  });
});
