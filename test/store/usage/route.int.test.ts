import fc from 'fast-check';
import { Type } from 'typebox';
import { connectClickHouse, select, type ClickHouseClient } from '../../../platform/clickhouse/connect.ts';
import { migrate } from '../../../platform/clickhouse/migrate.ts';
import { MAX_ENDPOINT_BYTES } from '../../../schemas/event-rules.ts';
import { MAX_ROUTE_BYTES, ROUTE_OF_ENDPOINT } from '../../../store/usage/route.ts';
import { openNamespace } from '../../servers/namespace.ts';
import { routeOf } from './route-of.ts';

const namespace = openNamespace('route');
let client: ClickHouseClient;
beforeAll(async () => {
  await migrate(namespace.settings);
  client = connectClickHouse(namespace.settings, 'route test');
});
afterAll(async () => {
  await client.close();
  await namespace.drop();
});

const Row = Type.Object({ route: Type.String() });
async function routesOf(endpoints: readonly string[]): Promise<string[]> {
  const rows = await select(
    client,
    Row,
    `SELECT ${ROUTE_OF_ENDPOINT} AS route FROM (SELECT arrayJoin({endpoints:Array(String)}) AS endpoint)`,
    { endpoints },
  );
  return rows.map(({ route }) => route);
}

it.each([
  ['a number', '/leads/7', '/leads/{id}'],
  ['numbers side by side', '/leads/7/42/notes/9/', '/leads/{id}/{id}/notes/{id}/'],
  ['a UUID', '/files/018f3a4e-5b6c-7d8e-9fa0-b1c2d3e4f506', '/files/{id}'],
  ['a date', '/reports/2026-11-30.csv', '/reports/{id}'],
  ['an order number', '/orders/SO-10023/lines', '/orders/{id}/lines'],
  ['a version', '/crm/v6/leads', '/crm/v6/leads'],
  ['a name with few digits', '/oauth2/12-months/s3', '/oauth2/12-months/s3'],
  ['a template', '/leads/:id/notes', '/leads/:id/notes'],
  ['digits of another script', '/leads/٤٢٤٢٤', '/leads/٤٢٤٢٤'],
  ['a segment of several lines', '/leads/1\n234', '/leads/{id}'],
  ['no endpoint', '', ''],
  ['a path without its first slash', '42/leads', '{id}/leads'],
])('the route of an endpoint with %s', async (_, endpoint, route) => {
  expect(await routesOf([endpoint])).toEqual([route]);
});

it('is never longer than it may be', async () => {
  const [route = ''] = await routesOf(['/1'.repeat(MAX_ENDPOINT_BYTES / 2)]);
  expect(Buffer.byteLength(route)).toBe(MAX_ROUTE_BYTES);
});

it('is that of plain code for any endpoint', async () => {
  const segment = fc.oneof(
    fc.string({ unit: fc.constantFrom('0', '1', '7', 'a', '-', 'é', '%', '\n'), maxLength: 8 }),
    fc.nat().map(String),
    fc.uuid(),
    fc.string({ unit: 'grapheme', maxLength: 6 }),
  );
  const endpoint = fc.array(segment, { maxLength: 6 }).map((segments) => `/${segments.join('/')}`);
  // As many as fit into one request.
  const endpoints = fc.array(endpoint, { minLength: 300, maxLength: 300 });
  for (const some of fc.sample(endpoints, { numRuns: 10, seed: 30 }))
    expect(await routesOf(some)).toEqual(some.map(routeOf));
});
