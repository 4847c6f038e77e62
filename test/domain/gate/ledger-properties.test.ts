import { Money } from '../../../domain/money.ts';
import { GATE_TIMING } from '../../../domain/gate/timing.ts';
import { DAY_MS } from '../../../schemas/time-units.ts';
import { randomOf } from '../../random.ts';
import { World, type AdmittedCall } from './world.ts';

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

/** What part of the cap bills come to, on average; none may be over it. */
function shares(chaos: boolean): number {
  let bills = new Money(0);
  for (let seed = 1; seed <= 30; seed += 1) {
    const cap = new Money('0.1').plus(new Money(seed).dividedBy(100));
    const world = new World(randomOf(seed), 5_000, chaos, cap);
    for (let step = 0; step < 6_000; step += 1) world.step();
    world.settle();
    const bill = world.bill();
    if (bill.greaterThan(cap))
      throw new Error(`seed ${seed}: a bill of ${bill.toString()} with a cap of ${cap.toString()}`);
    bills = bills.plus(bill.dividedBy(cap));
  }
  return bills.dividedBy(30).toNumber();
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

  it('keeps the bill within the cap of the period, and comes near it', () => {
    // What killed servers may still publish is kept free for as long as it would be billed.
    expect(shares(true)).toBeGreaterThan(0.25);
    expect(shares(false)).toBeGreaterThan(0.8);
  });
});
