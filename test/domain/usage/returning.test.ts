import * as fc from 'fast-check';
import { returningOf, runsOutAt, WINDOW_MS, type Returning } from '../../../domain/usage/returning.ts';

const HOUR_MS = 3_600_000;
const NOON = Date.UTC(2026, 4, 4, 12);

interface Call {
  readonly at: number;
  readonly credits: number;
}

/** Credits by clock hour of the calls in the window that ends at asOf. */
function byHour(calls: readonly Call[], asOf: number): Map<number, number> {
  const hours = new Map<number, number>();
  for (const { at, credits } of calls) {
    if (at < asOf - WINDOW_MS || at >= asOf) continue;
    const hour = at - (at % HOUR_MS);
    hours.set(hour, (hours.get(hour) ?? 0) + credits);
  }
  return hours;
}

const rowsOf = (asOf: number, ...calls: Call[]): readonly Returning[] =>
  returningOf(asOf, byHour(calls, asOf));

describe('credits returning', () => {
  it('come back in 24 rows where the window ends on a full hour, in 25 where not', () => {
    expect(rowsOf(NOON)).toHaveLength(24);
    expect(rowsOf(NOON + 1)).toHaveLength(25);
    expect(rowsOf(NOON - 1)).toHaveLength(25);
  });

  it('come back a day after their clock hour, clipped to the window', () => {
    const asOf = NOON + 900_000;
    const rows = rowsOf(asOf, { at: asOf - WINDOW_MS, credits: 5 }, { at: NOON, credits: 7 });
    expect(rows[0]).toEqual({ from: asOf, to: NOON + HOUR_MS, credits: 5 });
    expect(rows.at(-1)).toEqual({ from: NOON + WINDOW_MS, to: asOf + WINDOW_MS, credits: 7 });
  });

  it('add up to what is used, and tile the next 24 hours', () => {
    fc.assert(
      fc.property(scenario, ({ asOf, calls }) => {
        const rows = rowsOf(asOf, ...calls);
        const used = calls.filter(({ at }) => at < asOf).reduce((sum, { credits }) => sum + credits, 0);
        expect(rows.reduce((sum, { credits }) => sum + credits, 0)).toBe(used);
        expect([rows[0]?.from, rows.at(-1)?.to]).toEqual([asOf, asOf + WINDOW_MS]);
        const follows = ({ from, to }: Returning, index: number) =>
          from < to && (index === 0 || from === rows[index - 1]?.to);
        expect(rows.every(follows)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('have left at each row’s end exactly as the later windows say', () => {
    fc.assert(
      fc.property(scenario, ({ asOf, calls }) => {
        const rows = rowsOf(asOf, ...calls);
        let left = 0;
        const leftByRows = rows.map(({ credits }) => (left += credits));
        const leftByWindows = rows.map(({ to }) => {
          const gone = calls.filter(({ at }) => at < to - WINDOW_MS);
          return gone.reduce((sum, { credits }) => sum + credits, 0);
        });
        expect(leftByRows).toEqual(leftByWindows);
      }),
      { numRuns: 200 },
    );
  });
});

describe('running out', () => {
  it('is now where everything is used already, also where there was nothing to use', () => {
    expect(runsOutAt(rowsOf(NOON, { at: NOON - 1, credits: 100 }), 100, 0)).toBe(NOON);
    expect(runsOutAt(rowsOf(NOON, { at: NOON - 1, credits: 101 }), 100, 0)).toBe(NOON);
    expect(runsOutAt(rowsOf(NOON), 0, 0)).toBe(NOON);
  });

  it('does not come without calls in the last hour', () => {
    expect(runsOutAt(rowsOf(NOON, { at: NOON - 2 * HOUR_MS, credits: 99 }), 100, 0)).toBeNull();
  });

  it('comes at the pace of the last hour: 100 of 1,000 used, 100 an hour, 9 hours', () => {
    const rows = rowsOf(NOON, { at: NOON - 1, credits: 100 });
    expect(runsOutAt(rows, 1_000, 100)).toBe(NOON + 9 * HOUR_MS);
  });

  it('is put off by what returns: as much returns each hour as is used', () => {
    const calls = Array.from({ length: 24 }, (_, age) => ({ at: NOON - age * HOUR_MS - 1, credits: 10 }));
    expect(runsOutAt(rowsOf(NOON, ...calls), 241, 10)).toBeNull();
    expect(runsOutAt(rowsOf(NOON, ...calls), 240, 10)).toBe(NOON);
    // The oldest hour was dearer: it returns first, and the gap to the total is used up later.
    expect(runsOutAt(rowsOf(NOON, ...calls), 250, 11)).toBe(NOON + 10 * HOUR_MS);
  });

  it('is looked for within 24 hours, their end excluded', () => {
    expect(runsOutAt(rowsOf(NOON), 2_400, 100)).toBeNull();
    expect(runsOutAt(rowsOf(NOON), 2_399, 100)).toBe(NOON + Math.ceil(23.99 * HOUR_MS));
  });

  it('is the first instant at which a brute-force simulation of the model reaches the total', () => {
    fc.assert(
      fc.property(
        scenario,
        fc.integer({ min: 0, max: 3_000 }),
        fc.integer({ min: 0, max: 400 }),
        ({ asOf, calls }, total, pace) => {
          const rows = rowsOf(asOf, ...calls);
          const used = rows.reduce((sum, { credits }) => sum + credits, 0);
          const found = runsOutAt(rows, total, pace);
          // In steps of a minute, and the millisecond before the instant found.
          const inUse = (instant: number) => modelAt(rows, used, pace, asOf, instant);
          const minutes = Array.from({ length: 1_440 }, (_, index) => asOf + index * 60_000);
          const end = found ?? asOf + WINDOW_MS;
          const before = [...minutes, end - 1].filter((instant) => instant >= asOf && instant < end);
          expect(before.filter((instant) => inUse(instant) >= total + EPSILON)).toEqual([]);
          expect(found === null || inUse(found) >= total - EPSILON).toBe(true);
        },
      ),
      { numRuns: 100 },
    );
  });
});

/** Of the simulation, which reckons in floating point. */
const EPSILON = 1e-7;

/** Credits in use at an instant, by the model's words. */
function modelAt(
  rows: readonly Returning[],
  used: number,
  pace: number,
  asOf: number,
  instant: number,
): number {
  const returned = rows.reduce((sum, { from, to, credits }) => {
    const share = Math.min(1, Math.max(0, (instant - from) / (to - from)));
    return sum + credits * share;
  }, 0);
  return used - returned + (pace * (instant - asOf)) / HOUR_MS;
}

const scenario = fc
  .record({
    asOf: fc.integer({ min: NOON - HOUR_MS, max: NOON + HOUR_MS }),
    ages: fc.array(
      fc.record({ age: fc.integer({ min: 1, max: WINDOW_MS }), credits: fc.integer({ min: 0, max: 200 }) }),
      { maxLength: 30 },
    ),
  })
  .map(({ asOf, ages }) => ({ asOf, calls: ages.map(({ age, credits }) => ({ at: asOf - age, credits })) }));
