import * as fc from 'fast-check';
import { returningOf, runsOutAt, WINDOW_MS, type Returning } from '../../../domain/usage/returning.ts';
import { HOUR_MS, MINUTE_MS } from '../../../schemas/time-units.ts';

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
  it('have 24 rows where the window ends on a full hour, otherwise 25', () => {
    expect(rowsOf(NOON)).toHaveLength(24);
    expect(rowsOf(NOON + 1)).toHaveLength(25);
    expect(rowsOf(NOON - 1)).toHaveLength(25);
  });

  it('return a day after their clock hour, clipped to the window', () => {
    const asOf = NOON + 15 * MINUTE_MS;
    const rows = rowsOf(asOf, { at: asOf - WINDOW_MS, credits: 5 }, { at: NOON, credits: 7 });
    expect(rows[0]).toEqual({ from: asOf, to: NOON + HOUR_MS, credits: 5 });
    expect(rows.at(-1)).toEqual({ from: NOON + WINDOW_MS, to: asOf + WINDOW_MS, credits: 7 });
  });

  it('add up to the used credits, and cover the next 24 hours without gaps', () => {
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

  it('have returned at each row’s end exactly where they have left the later window', () => {
    fc.assert(
      fc.property(scenario, ({ asOf, calls }) => {
        const rows = rowsOf(asOf, ...calls);
        let returned = 0;
        const returnedByRows = rows.map(({ credits }) => (returned += credits));
        const returnedByWindows = rows.map(({ to }) => {
          const gone = calls.filter(({ at }) => at < to - WINDOW_MS);
          return gone.reduce((sum, { credits }) => sum + credits, 0);
        });
        expect(returnedByRows).toEqual(returnedByWindows);
      }),
      { numRuns: 200 },
    );
  });
});

describe('running out', () => {
  it('happens now where all credits are used, also where there are none', () => {
    expect(runsOutAt(rowsOf(NOON, { at: NOON - 1, credits: 100 }), 100, 0)).toBe(NOON);
    expect(runsOutAt(rowsOf(NOON, { at: NOON - 1, credits: 101 }), 100, 0)).toBe(NOON);
    expect(runsOutAt(rowsOf(NOON), 0, 0)).toBe(NOON);
  });

  it('does not happen without calls in the last hour', () => {
    expect(runsOutAt(rowsOf(NOON, { at: NOON - 2 * HOUR_MS, credits: 99 }), 100, 0)).toBeNull();
  });

  it('follows the pace of the last hour: with 100 of 1,000 used and 100 an hour it takes 9 hours', () => {
    const rows = rowsOf(NOON, { at: NOON - 1, credits: 100 });
    expect(runsOutAt(rows, 1_000, 100)).toBe(NOON + 9 * HOUR_MS);
  });

  it('is delayed by returning credits: not reached where each hour returns as much as it uses', () => {
    const calls = Array.from({ length: 24 }, (_, age) => ({ at: NOON - age * HOUR_MS - 1, credits: 10 }));
    expect(runsOutAt(rowsOf(NOON, ...calls), 241, 10)).toBeNull();
    expect(runsOutAt(rowsOf(NOON, ...calls), 240, 10)).toBe(NOON);
    // At one credit an hour more than returns, the 10 credits up to the total last 10 hours.
    expect(runsOutAt(rowsOf(NOON, ...calls), 250, 11)).toBe(NOON + 10 * HOUR_MS);
  });

  it('is predicted within 24 hours, the end excluded', () => {
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
          // Every minute, and the millisecond before the predicted instant.
          const inUse = (instant: number) => modelAt(rows, used, pace, asOf, instant);
          const minutes = Array.from({ length: 1_440 }, (_, index) => asOf + index * MINUTE_MS);
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

/** The error of the simulation, which computes in floating point. */
const EPSILON = 1e-7;

/** Credits in use at an instant, by the definition of the model. */
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
