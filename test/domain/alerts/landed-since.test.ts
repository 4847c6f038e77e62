import { LandedSince, MISSED_FOR_MS } from '../../../domain/alerts/landed-since.ts';
import { randomOf } from '../../random.ts';

const sumsOf = (seconds: ReadonlyMap<number, ReadonlyMap<string, number>>): Map<number, number> =>
  new Map([...seconds].map(([at, rows]) => [at, [...rows.values()].reduce((sum, each) => sum + each, 0)]));

describe('what has landed since a reading', () => {
  it('reads a second again only where its sum has changed', () => {
    const landed = new LandedSince();
    expect(landed.changed(new Map([[1, 5]]))).toEqual([1]);
    expect(landed.take(1, new Map([['a', 5]]), 0)).toEqual(['a']);
    expect(landed.changed(new Map([[1, 5]]))).toEqual([]);
    expect(landed.changed(new Map([[1, 9]]))).toEqual([1]);
    const rows: [string, number][] = [
      ['a', 5],
      ['b', 4],
    ];
    const grown = landed.take(1, new Map(rows), 100);
    expect(grown).toEqual(['b']);
    expect([landed.since('a'), landed.since('b'), landed.since('c')]).toEqual([5, 4, 0]);
  });

  it('counts what was seen shortly before a reading again: the reading may have missed it', () => {
    const landed = new LandedSince();
    landed.take(1, new Map([['a', 5]]), 0);
    landed.take(2, new Map([['a', 7]]), MISSED_FOR_MS);
    landed.wasRead('a', MISSED_FOR_MS + 1);
    expect(landed.since('a')).toBe(7);
    landed.wasRead('a', 2 * MISSED_FOR_MS + 1);
    expect(landed.since('a')).toBe(0);
  });

  it.each(Array.from({ length: 10 }, (_, seed) => seed))(
    'is never less than what a reading lacks (seed %i)',
    (seed) => {
      const random = randomOf(seed);
      const landed = new LandedSince();
      const seconds = new Map<number, Map<string, number>>();
      /** An insert: its row is seen at one instant, its calls can be read from another one on. */
      const inserts: { seenAt: number; readableAt: number; name: string; credits: number }[] = [];
      const readAt = new Map<string, number>();
      for (let now = 0; now < 120_000; now += 500) {
        for (let each = 0; each < 3; each += 1) {
          const name = `org-${Math.floor(random() * 4)}`;
          const credits = Math.floor(random() * 10);
          const readableAt = now + Math.floor((random() - 0.5) * 2 * MISSED_FOR_MS);
          inserts.push({ seenAt: now, readableAt, name, credits });
          // Its second may have passed long ago.
          const second = Math.floor((now - random() * 60_000) / 1_000);
          const rows = seconds.get(second) ?? new Map<string, number>();
          seconds.set(second, rows.set(name, (rows.get(name) ?? 0) + credits));
        }
        for (const second of landed.changed(sumsOf(seconds))) {
          landed.take(second, new Map(seconds.get(second)), now);
        }
        if (random() < 0.2) {
          const name = `org-${Math.floor(random() * 4)}`;
          landed.wasRead(name, now);
          readAt.set(name, now);
        }
        for (const [name, at] of readAt) {
          const lacking = inserts
            .filter((insert) => insert.name === name && insert.readableAt > at)
            .reduce((sum, { credits }) => sum + credits, 0);
          expect(landed.since(name)).toBeGreaterThanOrEqual(lacking);
        }
      }
    },
  );
});
