import { readReturning } from '../../../store/usage/read-returning.ts';
import { readSealedHours } from '../../../store/usage/sealed-hours.ts';
import { readTotal } from '../../../store/usage/read.ts';
import { sealEndedHours } from '../../../aggregator/sealing/seal-hours.ts';
import { connectClickHouse, type ClickHouseClient } from '../../../platform/clickhouse/connect.ts';
import { migrate } from '../../../platform/clickhouse/migrate.ts';
import { openNamespace } from '../../servers/namespace.ts';
import { land, landedEvent } from '../../aggregator/events.ts';
import { floorTo } from '../../../domain/instants.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../schemas/time-units.ts';

const namespace = openNamespace('returning');
const asOf = floorTo(Date.now(), HOUR_MS) + 1_234_567;

let client: ClickHouseClient;
beforeAll(async () => {
  await migrate(namespace.settings);
  client = connectClickHouse(namespace.settings, 'returning test');
});
afterAll(async () => {
  await client.close();
  await namespace.drop();
});

it('reads the usage of the window by hour, the pace of its last hour, and no other calls', async () => {
  await land(client, [
    landedEvent(asOf - DAY_MS - 1, { credits: 1_000 }),
    landedEvent(asOf - DAY_MS, { credits: 3 }),
    landedEvent(asOf - 5 * HOUR_MS, { credits: 20 }),
    landedEvent(asOf - 5 * HOUR_MS + 1, { credits: 300, product: 'bigin' }),
    landedEvent(asOf - HOUR_MS - 1, { credits: 7 }),
    landedEvent(asOf - HOUR_MS, { credits: 11 }),
    landedEvent(asOf - 1, { credits: 13 }),
    landedEvent(asOf, { credits: 5_000 }),
  ]);
  await sealEndedHours(client, asOf - 2 * HOUR_MS, MINUTE_MS);
  const request = { orgId: 'acme', product: 'crm', asOf };
  const { used, pacePerHour, rows } = await readReturning(client, {
    ...request,
    sealed: await readSealedHours(client, request.orgId),
  });
  expect({ used, pacePerHour, rows: rows.length }).toEqual({ used: 54, pacePerHour: 24, rows: 25 });
  expect(rows.filter(({ credits }) => credits > 0).map(({ credits }) => credits)).toEqual([3, 20, 18, 13]);
  const total = await readTotal(client, {
    orgId: 'acme',
    from: asOf - DAY_MS,
    to: asOf,
    filters: { product: 'crm' },
  });
  expect(total.credits).toBe(used);
});
