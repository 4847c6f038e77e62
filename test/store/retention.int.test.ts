import { Type } from 'typebox';
import { connectClickHouse, select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { migrate } from '../../platform/clickhouse/migrate.ts';
import { enforceRetention } from '../../store/retention.ts';
import { land, landedEvent } from '../aggregator/events.ts';
import { until } from '../until.ts';
import { openNamespace } from '../servers/namespace.ts';
import { floorTo } from '../../domain/instants.ts';
import { DAY_MS } from '../../schemas/time-units.ts';

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

it('drops raw events in whole days once the last of a day is too old, and no others', async () => {
  const old = landedEvent(now - 102 * DAY_MS);
  const young = landedEvent(now - 98 * DAY_MS);
  await land(client, [old]);
  await land(client, [young, landedEvent(now)]);
  const kept = { retentionMs: 100 * DAY_MS, droppedBeforeMs: -Infinity };
  expect(await enforceRetention(namespace.settings, 100)).toEqual(kept);
  expect(await enforceRetention(namespace.settings, 100)).toEqual(kept);
  await until('the old part is dropped', async () => !(await offsets()).includes(old.offset), 30_000);
  expect(await offsets()).toHaveLength(2);
  await namespace.onTables('OPTIMIZE TABLE call_events FINAL');
  expect(await offsets()).toHaveLength(2);
});

it('keeps a whole day while it keeps its latest event', async () => {
  const day = floorTo(now - 100 * DAY_MS, DAY_MS);
  const [older, younger] = [landedEvent(day), landedEvent(day + DAY_MS - 1)];
  await land(client, [older, younger]);
  await namespace.onTables('OPTIMIZE TABLE call_events FINAL');
  expect(await offsets()).toEqual(expect.arrayContaining([older.offset, younger.offset]));
  expect(day).toBeLessThanOrEqual(now - 100 * DAY_MS);
});

it('applies a changed setting', async () => {
  expect(await enforceRetention(namespace.settings, 50)).toMatchObject({ retentionMs: 50 * DAY_MS });
  await until('only today is kept', async () => (await offsets()).length === 1, 30_000);
});

it('records until when a shorter setting may have dropped events', async () => {
  const earliest = Date.now() - 50 * DAY_MS;
  const raised = await enforceRetention(namespace.settings, 400);
  const latest = Date.now() - 50 * DAY_MS;
  expect(raised.retentionMs).toBe(400 * DAY_MS);
  // It allows a day for the parts to get their new TTL.
  expect(raised.droppedBeforeMs).toBeGreaterThanOrEqual(earliest + DAY_MS);
  expect(raised.droppedBeforeMs).toBeLessThanOrEqual(latest + DAY_MS);
  // Starting with the same setting changes nothing, and a further raise keeps the record.
  expect(await enforceRetention(namespace.settings, 400)).toEqual(raised);
  expect(await enforceRetention(namespace.settings, 500)).toEqual({
    ...raised,
    retentionMs: 500 * DAY_MS,
  });
});
