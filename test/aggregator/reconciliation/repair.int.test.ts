import { recheck, repair, type Repairer } from '../../../aggregator/reconciliation/repair.ts';
import { unitOf } from '../../../aggregator/reconciliation/units.ts';
import { connectNodes, type ClickHouseClient } from '../../../platform/clickhouse/connect.ts';
import { HOUR_MS } from '../../../schemas/time-units.ts';
import {
  readOpenDifferences,
  recordFound,
  type OpenDifference,
} from '../../../store/reconciliation/found.ts';
import { FIRST_DAY, openMeteredDays, type MeteredDays } from './metered-days.ts';

let days: MeteredDays;
let nodes: ClickHouseClient[];
let repairer: Repairer;
beforeAll(async () => {
  days = await openMeteredDays('repair');
  nodes = connectNodes(days.namespace.settings, 'repair test');
  const { client, store, log, now } = days.aggregator;
  const kept = await days.reconciler.readKept();
  repairer = { closing: { client, store, log, now }, nodes, settings: await store.refresh(), kept };
});
afterAll(async () => {
  await Promise.all(nodes.map((node) => node.close()));
  await days.close();
});

const HOUR = unitOf.hour(FIRST_DAY + 8 * HOUR_MS);
const UNITS = [HOUR, unitOf.org('two'), unitOf.feed];
const IN_HOUR = (time: string): string =>
  `org_id = 'two' AND ${time} >= '2026-11-20 08:00:00' AND ${time} < '2026-11-20 09:00:00'`;

/** Finds and records differences as a round does. */
async function find(): Promise<OpenDifference[]> {
  const checked = new Map(
    await Promise.all(UNITS.map(async (unit) => [unit, await days.check([unit])] as const)),
  );
  await recordFound(days.client, checked, await readOpenDifferences(days.client), Date.now());
  return readOpenDifferences(days.client);
}

async function repairAll(found: readonly OpenDifference[]) {
  const repairs = [];
  for (const each of found) repairs.push(await repair(repairer, each));
  return { repairs, left: await recheck(repairer, found) };
}

describe('repair', () => {
  it.each([
    ['usage_15m', `DELETE WHERE ${IN_HOUR('bucket')}`, 3],
    ['usage_15m_by', `UPDATE calls = 2 * calls WHERE ${IN_HOUR('bucket')}`, 1],
    ['usage_15m_by_user', `DELETE WHERE ${IN_HOUR('bucket')} AND user_id = 'user 3'`, 1],
    ['usage_15m_by_route', `UPDATE calls = 2 * calls WHERE ${IN_HOUR('bucket')}`, 1],
    ['charges_by_day', `DELETE WHERE org_id = 'two' AND day = '2026-11-21'`, 1],
    ['daily_charges', `DELETE WHERE org_id = 'two' AND day = '2026-11-22'`, 2],
  ])(
    'puts right what is damaged in %s, and shows that the difference is gone',
    async (table, change, count) => {
      await days.mutate(table, change);
      const found = await find();
      expect(found).toHaveLength(count);
      const { repairs, left } = await repairAll(found);
      expect(repairs.filter(({ isDone }) => !isDone)).toEqual([]);
      expect(left).toEqual([]);
      expect(await find()).toEqual([]);
    },
  );

  it('keeps the rollup where events are missing: it is what is left of them', async () => {
    await days.damaged(
      'call_events',
      `DELETE WHERE ${IN_HOUR('occurred_at')} AND user_id = 'user 3'`,
      async () => {
        const found = await find();
        expect(found.map(({ name }) => name).toSorted()).toEqual(['events-missing', 'rollup-differs']);
        const { repairs, left } = await repairAll(found);
        expect(repairs.map(({ isDone }) => isDone)).toEqual([false, false]);
        expect(repairs.map(({ result }) => result).join('')).toMatch(/events may be lost/);
        expect(left).toHaveLength(2);
      },
    );
    expect(await find()).toEqual([]);
  });
});
