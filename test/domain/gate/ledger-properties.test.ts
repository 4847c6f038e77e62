import { Money } from '../../../domain/money.ts';
import { GATE_TIMING } from '../../../domain/gate/timing.ts';
import { DAY_MS } from '../../../schemas/time-units.ts';
import { randomOf } from '../../random.ts';
import { INCLUDED, periodOf, World, type AdmittedCall } from './world.ts';

const TOTAL = 1_000;
const STEPS = 3_000;

/** The oracle: the most credits of admitted calls in any rolling 24 hours, by adding them up. */
function mostInADay(calls: readonly AdmittedCall[]): number {
  const sorted = calls.toSorted((one, other) => one.occurredAt - other.occurredAt);
  let most = 0;
  let sum = 0;
  let first = 0;
  for (const { occurredAt, credits } of sorted) {
    sum += credits;
    for (let oldest = sorted[first]; oldest && oldest.occurredAt <= occurredAt - DAY_MS;) {
      sum -= oldest.credits;
      first += 1;
      oldest = sorted[first];
    }
    most = Math.max(most, sum);
  }
  return most;
}

/** The price book by hand: millionths of a dollar for each additional credit of a day, and how many cost so much. */
const SLABS = [
  [25_000, 140],
  [75_000, 60],
  [150_000, 50],
  [Infinity, 25],
] as const;

/**
 * The oracle of bills: what the days of each billing period cost, in millionths of a dollar and in integers alone. It
 * counts every admitted call, published or not, and no limit: one that is raised for the day makes all of it billable.
 */
function bills(calls: readonly AdmittedCall[]): number[] {
  const days = new Map<number, number>();
  for (const { occurredAt, credits } of calls) {
    const day = Math.floor(occurredAt / DAY_MS);
    days.set(day, (days.get(day) ?? 0) + credits);
  }
  const periods = new Map<number, number>();
  for (const [day, used] of days) {
    let left = Math.max(0, used - INCLUDED);
    let cost = 0;
    for (const [credits, rate] of SLABS) {
      cost += Math.min(left, credits) * rate;
      left -= Math.min(left, credits);
    }
    periods.set(periodOf(day), (periods.get(periodOf(day)) ?? 0) + cost);
  }
  return [...periods.values()];
}

/** What part of the cap the highest bills come to, on average; none may be over it. */
function shares(chaos: boolean): number {
  let sum = 0;
  for (let seed = 1; seed <= 30; seed += 1) {
    const random = randomOf(seed);
    const cap = 100_000 + seed * 10_000;
    const world = new World(random, 5_000, chaos, new Money(cap).dividedBy(1_000_000));
    for (let step = 0; step < 6_000; step += 1) {
      if (random() < 0.001) world.limit(Math.floor(random() * 10_000));
      world.step();
    }
    const highest = Math.max(...bills(world.admitted));
    if (highest > cap) throw new Error(`seed ${seed}: a bill of ${highest} with a cap of ${cap}`);
    sum += highest / cap;
  }
  return sum / 30;
}

describe('a ledger of leases', () => {
  it('admits no more than the total in any rolling 24 hours, whatever is killed, late, lost or overtaken', () => {
    let admitted = 0;
    for (let seed = 1; seed <= 100; seed += 1) {
      const world = new World(randomOf(seed), TOTAL, true);
      for (let step = 0; step < STEPS; step += 1) world.step();
      const most = mostInADay(world.admitted);
      if (most > TOTAL) throw new Error(`seed ${seed}: ${most} credits in 24 hours, of ${TOTAL}`);
      admitted += most;
    }
    // The histories come near the limit: otherwise they would show nothing.
    expect(admitted / 100).toBeGreaterThan(TOTAL * 0.6);
  });

  it('admits all of the total where nothing fails, but what holders keep', () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const world = new World(randomOf(seed), TOTAL, false);
      for (let step = 0; step < STEPS; step += 1) world.step();
      expect(mostInADay(world.admitted)).toBeLessThanOrEqual(TOTAL);
      expect(mostInADay(world.admitted)).toBeGreaterThan(TOTAL * 0.7);
    }
  });

  it('admits nothing over a lowered total once a lease has run out since', () => {
    let compared = 0;
    for (let seed = 1; seed <= 60; seed += 1) {
      const random = randomOf(seed);
      const world = new World(random, TOTAL, true);
      const limits = [{ from: -Infinity, total: TOTAL }];
      for (let step = 0; step < STEPS; step += 1) {
        if (random() < 0.002) {
          const total = Math.floor(random() * 2 * TOTAL);
          limits.push({ from: world.now, total });
          world.limit(total);
        }
        const before = world.admitted.length;
        world.step();
        const last = world.admitted[before];
        if (last === undefined) continue;
        const used = world.admitted
          .filter(({ occurredAt }) => occurredAt > last.admittedAt - DAY_MS + GATE_TIMING.clockDifferenceMs)
          .reduce((sum, { credits }) => sum + credits, 0);
        compared += 1;
        // The limits in effect since the oldest answer by which the call can have been admitted.
        const since = limits.findLastIndex(({ from }) => from <= last.admittedAt - GATE_TIMING.leaseMs);
        const highest = Math.max(...limits.slice(since).map(({ total }) => total));
        if (used > highest) throw new Error(`seed ${seed}: ${used} credits in 24 hours, of ${highest}`);
      }
    }
    expect(compared).toBeGreaterThan(1_000);
  });

  it('keeps the bill of each period within its cap, whatever becomes of the limit, and comes near it', () => {
    // What killed servers may still publish is kept free for as long as it would be billed.
    expect(shares(true)).toBeGreaterThan(0.2);
    expect(shares(false)).toBeGreaterThan(0.5);
  });
});
