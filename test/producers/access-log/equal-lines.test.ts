import * as fc from 'fast-check';
import { EqualLines, LogUnsortedError } from '../../../producers/access-log/equal-lines.ts';

const at = (second: number): number => Date.UTC(2026, 2, 1) + second * 1_000;

interface Entry {
  readonly second: number;
  readonly name: number;
}
const digestOf = ({ second, name }: Entry): string => `${second}/${name}`;

/** Up to the first line that is an error. */
function countAll(entries: readonly Entry[], maxRemembered: number): number[] {
  const lines = new EqualLines(maxRemembered);
  const counts: number[] = [];
  try {
    for (const entry of entries) counts.push(lines.countBefore(digestOf(entry), at(entry.second), 1));
  } catch (error) {
    if (!(error instanceof LogUnsortedError)) throw error;
  }
  return counts;
}

function countPlainly(entries: readonly Entry[]): number[] {
  return entries.map(
    (entry, index) => entries.slice(0, index).filter((other) => digestOf(other) === digestOf(entry)).length,
  );
}

describe('the number of equal lines before a line', () => {
  it('counts them, wherever they stand', () => {
    const lines = new EqualLines();
    const digests = ['a', 'a', 'b', 'a', 'c', 'b', 'a'];
    expect(digests.map((digest, index) => lines.countBefore(digest, at(0), index + 1))).toEqual([
      0, 1, 0, 2, 0, 1, 3,
    ]);
  });

  it('is exact or an error in any order of times, with little memory', () => {
    const log = fc.array(fc.record({ second: fc.nat(40), name: fc.nat(2) }), { maxLength: 80 });
    fc.assert(
      fc.property(log, fc.integer({ min: 2, max: 12 }), (entries, most) => {
        const found = countAll(entries, most);
        expect(found).toEqual(countPlainly(entries).slice(0, found.length));
      }),
      { numRuns: 2_000 },
    );
  });

  it('never goes back to an earlier time when it forgets', () => {
    const seconds = [8, 7, 0, 9, 7];
    const entries = seconds.map((second, name) => ({ second, name: second === 7 ? 0 : name }));
    expect(countAll(entries, 2)).toEqual([0, 0, 0, 0]);
  });

  it('is known for a log in order, if the lines of one second fit twice', () => {
    const log = fc.array(fc.record({ second: fc.nat(40), name: fc.nat(2) }), { maxLength: 80 });
    fc.assert(
      fc.property(log, (entries) => {
        const sorted = entries.toSorted((a, b) => a.second - b.second);
        expect(countAll(sorted, 6)).toEqual(countPlainly(sorted));
      }),
    );
  });

  it('needs no more memory for a longer log in order, nor for one that is nearly so', () => {
    const entries = Array.from({ length: 20_000 }, (_, index) => {
      const second = index - (index % 7) * 10;
      return [index, index].map((name) => ({ second, name }));
    }).flat();
    expect(countAll(entries, 1_000)).toEqual(entries.map((_, index) => index % 2));
  });

  it('is an error that says what to do for a line that is not later than a forgotten one', () => {
    const lines = new EqualLines(4);
    for (let second = 0; second < 5; second += 1) lines.countBefore(`x${second}`, at(second), second + 1);
    expect(lines.countBefore('x2', at(2), 6)).toBe(1);
    expect(() => lines.countBefore('x1', at(1), 7)).toThrow(
      /^Line 7 is dated 2026-03-01T00:00:01.000Z, but more than 2 .* Sort the log by time/,
    );
  });
});
