import * as fc from 'fast-check';
import { changesWithin, inEffectAt, inEffectDuring } from '../../domain/versions.ts';

const versions = [
  { effectiveAt: 100, name: 'a' },
  { effectiveAt: 300, name: 'late' },
  { effectiveAt: 200, name: 'b' },
  { effectiveAt: 200, name: 'c' },
];

test('a version is in effect from its instant until the next one takes effect', () => {
  const names = [99, 100, 199, 200, 299, 300].map((instant) => inEffectAt(versions, instant)?.name);
  expect(names).toEqual([undefined, 'a', 'a', 'c', 'c', 'late']);
});

function during(from: number, to: number): string[] {
  return inEffectDuring(versions, from, to).map(({ name }) => name);
}

test('inEffectDuring returns the versions in effect during a half-open interval', () => {
  expect(during(0, 100)).toEqual([]);
  expect(during(0, 101)).toEqual(['a']);
  expect(during(100, 200)).toEqual(['a']);
  expect(during(100, 201)).toEqual(['a', 'c']);
  expect(during(200, 300)).toEqual(['c']);
  expect(during(150, 1_000)).toEqual(['a', 'c', 'late']);
});

test('changes within an interval exclude its start and its end', () => {
  expect(changesWithin(versions, 100, 300)).toEqual([200]);
  expect(changesWithin(versions, 99, 301)).toEqual([100, 200, 300]);
});

test('inEffectDuring equals trying every instant of the interval', () => {
  const history = fc.array(fc.nat({ max: 30 }), { maxLength: 8 });
  fc.assert(
    fc.property(history, fc.nat({ max: 30 }), fc.nat({ max: 10 }), (instants, from, length) => {
      const each = instants.map((effectiveAt, index) => ({ effectiveAt, index }));
      const tried = new Set<unknown>();
      for (let instant = from; instant < from + Math.max(1, length); instant += 1) {
        const version = inEffectAt(each, instant);
        if (version !== undefined) tried.add(version);
      }
      expect(inEffectDuring(each, from, from + Math.max(1, length))).toEqual([...tried]);
    }),
    { seed: 3, numRuns: 2_000 },
  );
});
