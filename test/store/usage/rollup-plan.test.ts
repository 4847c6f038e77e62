import fc from 'fast-check';
import { planRollup, type RollupPlan } from '../../../store/usage/rollup-plan.ts';
import { BUCKET_MS, HOUR_MS } from '../../../schemas/time-units.ts';

const T0 = Date.UTC(2026, 10, 20);

/** Whether the rollup part and the raw part read an instant, by the conditions of the SQL in query.ts. */
function readers(plan: RollupPlan, instant: number): { rollup: boolean; raw: boolean } {
  const hour = Math.floor(instant / HOUR_MS) * HOUR_MS;
  const bucket = Math.floor(instant / BUCKET_MS) * BUCKET_MS;
  const isInvalidated = plan.invalidatedHours.includes(hour);
  return {
    rollup: bucket >= plan.rollupFrom && bucket < plan.rollupTo && !isInvalidated,
    raw:
      plan.rawHours.includes(hour) &&
      instant >= plan.from &&
      instant < plan.to &&
      (instant < plan.rollupFrom || instant >= plan.rollupTo || isInvalidated),
  };
}

const instants = fc.integer({ min: T0, max: T0 + 60 * HOUR_MS });
const hours = fc.integer({ min: 0, max: 60 }).map((hour) => T0 + hour * HOUR_MS);

describe('a rollup plan', () => {
  it('reads every instant of the interval exactly once, and none outside it', () => {
    fc.assert(
      fc.property(
        instants,
        instants,
        fc.oneof(hours, fc.constant(0)),
        fc.uniqueArray(hours, { maxLength: 8 }),
        fc.array(instants, { minLength: 20, maxLength: 40 }),
        (a, b, until, invalidatedHours, probes) => {
          const [from, to] = [Math.min(a, b), Math.max(a, b)];
          const plan = planRollup(from, to, { until, invalidatedHours });
          const probed = [...probes, from, to - 1, to, from - 1, plan.rollupFrom, plan.rollupTo];
          const misread = probed.filter((instant) => {
            const { rollup, raw } = readers(plan, instant);
            return Number(rollup) + Number(raw) !== Number(instant >= from && instant < to);
          });
          expect(misread).toEqual([]);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('reads the rollup only where hours are sealed and not invalidated', () => {
    const invalidated = T0 + 2 * HOUR_MS;
    const plan = planRollup(T0 + 1, T0 + 6 * HOUR_MS, {
      until: T0 + 5 * HOUR_MS,
      invalidatedHours: [invalidated],
    });
    expect(plan.rollupFrom).toBe(T0 + BUCKET_MS);
    expect(plan.rollupTo).toBe(T0 + 5 * HOUR_MS);
    expect(plan.rawHours.toSorted((a, b) => a - b)).toEqual([T0, invalidated, T0 + 5 * HOUR_MS]);
  });

  it('reads everything from the raw events before the first seal', () => {
    const plan = planRollup(T0, T0 + 3 * HOUR_MS, { until: 0, invalidatedHours: [] });
    expect(plan.rollupTo).toBe(plan.rollupFrom);
    expect(plan.rawHours).toEqual([T0, T0 + HOUR_MS, T0 + 2 * HOUR_MS]);
  });
});
