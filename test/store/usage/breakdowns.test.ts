import { BREAKDOWNS, keyOf, narrowestRollup, ROLLUPS } from '../../../store/usage/breakdowns.ts';
import { DIMENSIONS } from '../../../store/usage/dimensions.ts';
import { projectFile } from '../../../schemas/root.ts';

const FILLED = { breakdownsUntil: 100 };

describe('the rollup that a question reads', () => {
  it.each([
    [[], 'usage_15m'],
    [['product'], 'usage_15m'],
    [['user'], 'usage_15m_by_user'],
    [['product', 'user'], 'usage_15m_by_user'],
    [['app'], 'usage_15m_by_route'],
    [['status', 'product', 'method', 'module', 'rule', 'rejection_cause', 'app'], 'usage_15m_by_route'],
    [['route'], 'usage_15m_by_route'],
    [['route', 'app'], 'usage_15m_by_route'],
    [['route', 'user'], 'usage_15m_by'],
    [['endpoint'], 'usage_15m_by'],
    [['user', 'app'], 'usage_15m_by'],
    [['status', 'endpoint'], 'usage_15m_by'],
  ])('of %j is %s', (dimensions, table) => {
    expect(narrowestRollup(dimensions, 100, FILLED).table).toBe(table);
  });

  it('is the wide one while the narrow one lacks some of the hours', () => {
    expect(narrowestRollup(['user'], 101, FILLED).table).toBe('usage_15m_by');
    expect(narrowestRollup(['status'], 101, FILLED).table).toBe('usage_15m_by');
    expect(narrowestRollup(['product'], 101, FILLED).table).toBe('usage_15m');
  });

  it('has every dimension in one of them', () => {
    for (const name of Object.keys(DIMENSIONS))
      expect(narrowestRollup([name], 0, FILLED).table).toMatch(/^usage_15m/);
    expect(BREAKDOWNS.at(-1)?.dimensions).toHaveLength(Object.keys(DIMENSIONS).length - 2);
  });
});

it('knows the keys of the tables', () => {
  const schema = ['0003_usage.sql', '0029_narrow_breakdowns.sql', '0030_routes.sql']
    .map((name) => projectFile('schemas', 'clickhouse', name))
    .join('');
  for (const rollup of ROLLUPS) {
    const [, key] = new RegExp(`EXISTS ${rollup.table}\n.*?ORDER BY \\(([^)]+)\\)`, 's').exec(schema) ?? [];
    expect(keyOf(rollup)).toBe(key);
  }
});
