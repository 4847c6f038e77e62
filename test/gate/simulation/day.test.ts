import { randomOf } from '../../random.ts';
import { simulateDay } from './day.ts';
import { skewedDay } from './load.ts';
import { rowOf, tableOf } from './table.ts';

describe('a simulated day', () => {
  it('admits nothing over the limit, and little less than a gate that knows every call at once', () => {
    const random = randomOf(1);
    const { orgs, timesMs } = simulateDay(skewedDay(random, 1, 3_000), random);
    expect(timesMs.length).toBeGreaterThanOrEqual(3_000);
    for (const { most, limit, admitted, ideal } of orgs) {
      expect(most).toBeLessThanOrEqual(limit);
      expect(admitted / ideal).toBeGreaterThan(0.97);
    }
    const [head, , row] = tableOf([rowOf('a day', { orgs, timesMs })]);
    expect(row).toMatch(/^\| a day \| 1 \| 3,\d{3} \|.* µs \|$/);
    expect(row?.split('|')).toHaveLength(head?.split('|').length ?? 0);
    const over = orgs.map((org) => Object.assign({}, org, { most: org.limit + 1 }));
    expect(() => rowOf('a day', { orgs: over, timesMs })).toThrow('credits in 24 hours');
  });
});
