import { GIVE_UP_AFTER_MS, nextAttemptAt } from '../../../alerts/delivery/backoff.ts';

/** The instants of all attempts of a delivery that never succeeds, from 0 on. */
function attemptsOf(random: () => number): number[] {
  const at = [0];
  for (;;) {
    const next = nextAttemptAt(at.length, 0, at.at(-1) ?? 0, random());
    if (next === undefined) return at;
    at.push(next);
  }
}

describe('the attempts of a delivery', () => {
  it('begin close to each other, and go on for a day', () => {
    const at = attemptsOf(() => 0.5);
    expect(at.slice(0, 5)).toEqual([0, 5_000, 20_000, 65_000, 200_000]);
    expect(at.at(-1)).toBe(GIVE_UP_AFTER_MS);
    expect(at.length).toBeGreaterThan(15);
    expect(at.length).toBeLessThan(25);
  });

  it('do not end after a day in which few were made: the process may have been away itself', () => {
    const later = 3 * GIVE_UP_AFTER_MS;
    expect(nextAttemptAt(2, 0, later, 0.5)).toBe(later + 15_000);
    expect(nextAttemptAt(10, 0, later, 0.5)).toBeUndefined();
  });

  it('are spread, so that those that failed together do not come back together', () => {
    const [least, most] = [attemptsOf(() => 0), attemptsOf(() => 1)];
    expect([least[1], most[1]]).toEqual([4_500, 5_500]);
    for (const at of [least, most]) expect(at).toEqual(at.toSorted((one, other) => one - other));
  });
});
