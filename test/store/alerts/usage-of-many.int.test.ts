import { connectClickHouse, type ClickHouseClient } from '../../../platform/clickhouse/connect.ts';
import { migrate } from '../../../platform/clickhouse/migrate.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../schemas/time-units.ts';
import { readUsageOfMany } from '../../../store/alerts/usage-of-many.ts';
import { readTotal, readUsage } from '../../../store/usage/read.ts';
import { readSealedHours } from '../../../store/usage/sealed-hours.ts';
import { sealAll } from '../../api/sealing.ts';
import { callEvent, insertEvents } from '../../api/tables.ts';
import { randomOf } from '../../random.ts';
import { openNamespace } from '../../servers/namespace.ts';

/** Ahead, so that no event of the hours that are not sealed counts as late. */
const NOW = Date.now() + 2 * HOUR_MS;
const AHEAD_MS = 5 * MINUTE_MS;
const ORGS = ['giant', "it's", 'late', 'none'];
const PRODUCTS = ['crm', 'desk'];
const namespace = openNamespace('usage_of_many');
let client: ClickHouseClient;

beforeAll(async () => {
  await migrate(namespace.settings);
  client = connectClickHouse(namespace.settings, 'usage of many test');
});
afterAll(async () => {
  await client.close();
  await namespace.drop();
});

const random = randomOf(7);
const land = (orgIds: readonly string[], from: number, to: number, calls: number): Promise<void> =>
  insertEvents(
    client,
    Array.from({ length: calls }, () =>
      callEvent({
        org_id: orgIds[Math.floor(random() * orgIds.length)] ?? '',
        product: PRODUCTS[Math.floor(random() * PRODUCTS.length)] ?? '',
        occurred_at: Math.floor(from + random() * (to - from)),
        credits: Math.floor(random() * 100),
      }),
    ),
  );

/** What the usage of one subscription is by the statements for one. */
async function ofOne(orgId: string, product: string) {
  const range = { orgId, filters: { product } };
  const quarters = await readUsage(client, { ...range, from: NOW - DAY_MS, to: NOW, groupBy: ['15m'] });
  const { credits: ahead } = await readTotal(client, { ...range, from: NOW, to: NOW + AHEAD_MS });
  return {
    used: quarters.reduce((sum, { credits }) => sum + credits, 0),
    usedByQuarter: new Map(quarters.map(({ '15m': start = 0, credits }) => [start, credits])),
    ahead,
  };
}

async function expectEqual(): Promise<void> {
  const usageOf = await readUsageOfMany(client, { orgIds: ORGS, asOf: NOW, aheadMs: AHEAD_MS });
  for (const orgId of ORGS) {
    for (const product of PRODUCTS)
      expect(usageOf(orgId, product)).toMatchObject(await ofOne(orgId, product));
  }
}

describe('the usage of many subscriptions, by one reading, is what one by one would read', () => {
  it('before anything is sealed, also of calls that are dated ahead', async () => {
    await land(ORGS.slice(0, 3), NOW - DAY_MS - HOUR_MS, NOW + AHEAD_MS, 500);
    await land(['giant'], NOW, NOW + AHEAD_MS, 3);
    await expectEqual();
    const usageOf = await readUsageOfMany(client, { orgIds: ORGS, asOf: NOW, aheadMs: AHEAD_MS });
    expect(usageOf('none', 'crm')).toMatchObject({ used: 0, ahead: 0 });
    expect(usageOf('giant', 'crm').used).toBeGreaterThan(0);
  });

  it('from the rollup, once hours are sealed', async () => {
    await sealAll(client, NOW - HOUR_MS);
    await expectEqual();
  });

  it('where hours of one of them are invalidated', async () => {
    await land(['late'], NOW - 6 * HOUR_MS, NOW - 3 * HOUR_MS, 20);
    expect((await readSealedHours(client, 'late')).invalidatedHours.length).toBeGreaterThan(0);
    expect((await readSealedHours(client, 'giant')).invalidatedHours).toEqual([]);
    await expectEqual();
  });
});
