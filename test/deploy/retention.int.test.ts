import { Type } from 'typebox';
import { connectClickHouse, select, type ClickHouseClient } from '../../deploy/clickhouse.ts';
import { migrate } from '../../deploy/migrate.ts';
import { enforceRetention } from '../../deploy/retention.ts';
import { land, landedEvent } from '../aggregator/events.ts';
import { until } from '../integration/pipeline.ts';
import { openNamespace } from '../servers/namespace.ts';

const DAY_MS = 86_400_000;
const now = Date.now();
const namespace = openNamespace('retention');
let client: ClickHouseClient;
beforeAll(async () => {
  await migrate(namespace.settings);
  client = connectClickHouse(namespace.settings, 'retention test');
});
afterAll(async () => {
  await client.close();
  await namespace.drop();
});

const offsets = async (): Promise<number[]> => {
  const rows = await select(
    client,
    Type.Object({ offset: Type.Integer() }),
    'SELECT toInt64(kafka_offset) AS offset FROM call_events FINAL ORDER BY kafka_offset',
  );
  return rows.map(({ offset }) => offset);
};

it('drops raw events in whole days once the last of them is older, and nothing before', async () => {
  const old = landedEvent(now - 102 * DAY_MS);
  const young = landedEvent(now - 98 * DAY_MS);
  await land(client, [old]);
  await land(client, [young, landedEvent(now)]);
  expect(await enforceRetention(namespace.settings, 100)).toBe(true);
  expect(await enforceRetention(namespace.settings, 100)).toBe(false);
  await until(async () => !(await offsets()).includes(old.offset), 30_000, 'the old part is dropped');
  expect(await offsets()).toHaveLength(2);
  await client.command({ query: 'OPTIMIZE TABLE call_events FINAL' });
  expect(await offsets()).toHaveLength(2);
}, 60_000);

it('keeps a day whole while its youngest event is kept', async () => {
  const day = Math.floor((now - 100 * DAY_MS) / DAY_MS) * DAY_MS;
  const [older, younger] = [landedEvent(day), landedEvent(day + DAY_MS - 1)];
  await land(client, [older, younger]);
  await client.command({ query: 'OPTIMIZE TABLE call_events FINAL' });
  expect(await offsets()).toEqual(expect.arrayContaining([older.offset, younger.offset]));
  expect(day).toBeLessThanOrEqual(now - 100 * DAY_MS);
});

it('follows the setting', async () => {
  expect(await enforceRetention(namespace.settings, 50)).toBe(true);
  await until(async () => (await offsets()).length === 1, 30_000, 'only today is kept');
}, 60_000);
