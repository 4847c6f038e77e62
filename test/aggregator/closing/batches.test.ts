import * as fc from 'fast-check';
import { batchesOf } from '../../../aggregator/closing/batches.ts';
import { DAY_MS } from '../../../schemas/time-units.ts';

const dayOf = (index: number) => ({
  date: `2026-11-0${index}`,
  from: index * DAY_MS,
  to: (index + 1) * DAY_MS,
});
const namesOf = (
  candidates: readonly { readonly orgId: string; readonly day: { readonly date: string } }[],
) => new Set(candidates.map(({ orgId, day }) => `${orgId} ${day.date}`));

it('has each day once, and no more days in a batch than it may have', () => {
  const candidates = fc.array(
    fc.record({
      orgId: fc.integer({ min: 0, max: 20 }).map((index) => `org-${index}`),
      day: fc.integer({ min: 1, max: 4 }).map((index) => dayOf(index)),
    }),
  );
  fc.assert(
    fc.property(candidates, fc.integer({ min: 1, max: 7 }), (given, size) => {
      const batches = [...batchesOf(given, size)].map((batch) =>
        batch.flatMap(({ day, orgIds }) => orgIds.map((orgId) => ({ orgId, day }))),
      );
      const all = batches.flat();
      expect(namesOf(all)).toEqual(namesOf(given));
      expect(all).toHaveLength(namesOf(all).size);
      // All are full but the last one.
      expect(batches.slice(0, -1).every(({ length }) => length === size)).toBe(true);
      expect(batches.at(-1)?.length ?? 1).toBeLessThanOrEqual(size);
    }),
  );
});

it('reads the organisations of a batch together whose days have the same bounds', () => {
  const [monday, tuesday] = [dayOf(1), dayOf(2)];
  const candidates = [
    { orgId: 'a', day: monday },
    { orgId: 'a', day: tuesday },
    { orgId: 'b', day: monday },
  ];
  expect([...batchesOf(candidates)]).toEqual([
    [
      { day: monday, orgIds: ['a', 'b'] },
      { day: tuesday, orgIds: ['a'] },
    ],
  ]);
});
