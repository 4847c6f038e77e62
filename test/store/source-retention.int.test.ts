import { Type } from 'typebox';
import { connectClickHouse, select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { migrate } from '../../platform/clickhouse/migrate.ts';
import { DAY_MS } from '../../schemas/time-units.ts';
import { enforceSourceRetention } from '../../store/source-retention.ts';
import { callEvent, insertEvents } from '../api/tables.ts';
import { openNamespace } from '../servers/namespace.ts';
import { until } from '../until.ts';

const now = Date.now();
const namespace = openNamespace('sourceretention');
let client: ClickHouseClient;
beforeAll(async () => {
  await migrate(namespace.settings);
  client = connectClickHouse(namespace.settings, 'source retention test');
});
afterAll(async () => {
  await client.close();
  await namespace.drop();
});

const call = (ageDays: number) =>
  callEvent({ org_id: 'acme', occurred_at: now - ageDays * DAY_MS, source_address: `10.0.0.${ageDays}` });

const Row = Type.Object({
  addresses: Type.Array(Type.String()),
  calls: Type.Integer(),
  traces: Type.Integer(),
});
const read = async () =>
  (
    await select(
      client,
      Row,
      `SELECT arraySort(groupArray(source_address)) AS addresses, count() AS calls,
         (SELECT count() FROM event_payloads FINAL) AS traces FROM call_events FINAL`,
    )
  )[0];

it('clears the source addresses of old days, and no call and no payload', async () => {
  const events = [call(1), call(29), call(32), call(33)];
  await insertEvents(client, events);
  const before = await read();
  expect(before).toMatchObject({ addresses: ['10.0.0.1', '10.0.0.29', '10.0.0.32', '10.0.0.33'], calls: 4 });
  await enforceSourceRetention(namespace.settings, 30);
  await until('the old addresses are gone', async () => (await read())?.addresses[0] === '', 30_000);
  const kept = { ...before, addresses: ['', '', '10.0.0.1', '10.0.0.29'] };
  expect(await read()).toEqual(kept);
  // A payload that is delivered again is the same one, although its address is not kept any more.
  await insertEvents(client, events);
  expect((await read())?.traces).toBe(4);
  await insertEvents(client, [call(34)]);
  await namespace.onTables('OPTIMIZE TABLE call_events FINAL');
  expect(await read()).toEqual({ ...kept, addresses: ['', ...kept.addresses], calls: 5, traces: 5 });
});

it('does nothing when it is set again, and keeps the rest when it is longer', async () => {
  await enforceSourceRetention(namespace.settings, 30);
  await enforceSourceRetention(namespace.settings, 365);
  await namespace.onTables('OPTIMIZE TABLE call_events FINAL');
  expect((await read())?.addresses).toEqual(['', '', '', '10.0.0.1', '10.0.0.29']);
});
