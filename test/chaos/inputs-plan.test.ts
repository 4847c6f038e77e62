import { planInputs } from './inputs-plan.ts';
import { POISON } from './poison.ts';

describe('the inputs of a fault run', () => {
  it('are the same for the same seed and differ for another', () => {
    expect(planInputs(7, 60)).toEqual(planInputs(7, 60));
    expect(planInputs(7, 60)).not.toEqual(planInputs(8, 60));
  });

  it.each([1, 2, 3, 4, 5])('have something of each kind in the shortest run, by seed %i too', (seed) => {
    const { transactions, poison, waves, schemas } = planInputs(seed, 4);
    expect(new Set(transactions.map(({ end }) => end))).toEqual(new Set(['commit', 'abort', 'abandon']));
    expect(poison.map((each) => each.poison)).toEqual([...POISON.keys()]);
    expect(waves.length).toBeGreaterThan(0);
    expect(schemas.junkAtMs).toBeLessThan(schemas.goodAtMs);
    expect(schemas.junkAtMs).toBeLessThanOrEqual(schemas.lateAtMs);
  });

  it('lie within the time', () => {
    const { transactions, poison, waves, schemas, poisonedOrgAtMs } = planInputs(1, 60);
    const times = [...transactions, ...poison, ...waves].map(({ atMs }) => atMs);
    const all = [...times, schemas.junkAtMs, schemas.goodAtMs, schemas.lateAtMs, poisonedOrgAtMs];
    expect(Math.min(...all)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...all)).toBeLessThan(60_000);
  });
});
