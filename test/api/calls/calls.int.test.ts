import { CallsAnswer, OneCallAnswer } from '../../../api/calls/answer.ts';
import type { Claims } from '../../../api/auth/tokens.ts';
import type { CallEvent } from '../../../schemas/call-event.ts';
import { mintEventId } from '../../../schemas/event-id.ts';
import { openApi, type ApiUnderTest } from '../api-under-test.ts';
import { callEvent, insertEvents, insertSettings } from '../tables.ts';
import { sealAll } from '../sealing.ts';
import { trafficOf, within } from '../traffic.ts';

const HOUR_MS = 3_600_000;
const NOW = Date.parse('2026-11-22T10:20:30.400Z');
const ADMIN: Claims = { role: 'admin', sub: 'ann', org: 'one' };
const RANGE = 'from=2026-11-12T00:00:00Z&to=2026-11-23T00:00:00Z';

/** Dense around one hour, sparse elsewhere, with a burst in one millisecond, and one call of a year ago. */
const burst = Array.from({ length: 30 }, (_, index) =>
  callEvent({
    org_id: 'one',
    occurred_at: NOW - 5 * HOUR_MS,
    // Random bits in no order, so that only the order of the ids remains.
    event_id: mintEventId(NOW - 5 * HOUR_MS, Buffer.alloc(10, (index * 37) % 256)),
  }),
);
const events = [
  ...trafficOf('one', 1_500, { from: NOW - 3 * HOUR_MS, to: NOW - 2 * HOUR_MS, seed: 1 }),
  ...trafficOf('one', 300, { from: NOW - 9 * 24 * HOUR_MS, to: NOW, seed: 2 }),
  ...burst,
  callEvent({ org_id: 'one', occurred_at: NOW - 360 * 24 * HOUR_MS }),
  callEvent({ org_id: 'one', occurred_at: NOW + 60_000 }),
];
const others = trafficOf('other', 500, { from: NOW - 3 * HOUR_MS, to: NOW, seed: 3 });

let api: ApiUnderTest;
beforeAll(async () => {
  api = await openApi('calls', NOW);
  await insertSettings(api.clickhouse, [{ org: 'one', value: { time_zone: 'UTC', billing_day: 1 } }]);
  await insertEvents(api.clickhouse, [...events, ...others]);
  await insertEvents(api.clickhouse, events.slice(0, 400));
});
afterAll(() => api.close());

const calls = (query: string) => api.read(CallsAnswer, `/v1/orgs/one/calls?${query}`, ADMIN);

const sortKey = (event: CallEvent): string =>
  `${String(event.occurred_at).padStart(15, '0')} ${event.event_id}`;

/** The expected log: the events themselves, sorted. */
function logOf(of: readonly CallEvent[]): string[] {
  return of.toSorted((a, b) => (sortKey(a) < sortKey(b) ? 1 : -1)).map(({ event_id }) => event_id);
}

async function walk(query: string): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: Awaited<ReturnType<typeof calls>> = await calls(
      cursor === '' ? query : `${query}&cursor=${cursor}`,
    );
    ids.push(...page.calls.map((call) => call.event_id));
    cursor = page.next_cursor;
  }
  return ids;
}

describe.each(['unsealed', 'sealed'])('GET /v1/orgs/{org}/calls of %s hours', (state) => {
  beforeAll(async () => {
    if (state === 'sealed') await sealAll(api.clickhouse, NOW - HOUR_MS);
  });

  it('is newest first, with 100 calls in the default page', async () => {
    const page = await calls('');
    expect(page.calls.map((call) => call.event_id)).toEqual(logOf(events).slice(0, 100));
    expect(page.next_cursor).not.toBeNull();
  });

  it('has every call once over all pages, also those of one millisecond', async () => {
    const expected = logOf(within(events, NOW - 7 * HOUR_MS, NOW - 4 * HOUR_MS));
    expect(expected.length).toBeGreaterThanOrEqual(burst.length);
    const range = `from=${new Date(NOW - 7 * HOUR_MS).toISOString()}&to=${new Date(NOW - 4 * HOUR_MS).toISOString()}`;
    expect(await walk(`${range}&limit=7`)).toEqual(expected);
  });

  it('has the whole range in large pages', async () => {
    const from = Date.parse('2026-11-01T00:00:00Z');
    expect(await walk(`${RANGE}&limit=1000`)).toEqual(logOf(within(events, from, NOW + 24 * HOUR_MS)));
  });

  it('finds a single old call', async () => {
    const page = await calls(`to=${new Date(NOW - 30 * 24 * HOUR_MS).toISOString()}`);
    expect(page.calls).toHaveLength(1);
    expect(page.next_cursor).toBeNull();
  });
});

/** The older hours are sealed by now, the last ones are not. */
describe('GET /v1/orgs/{org}/calls', () => {
  it.each([
    ['user=bob', (event: CallEvent) => event.user_id === 'bob'],
    ['app=-', (event: CallEvent) => event.app_id === '-'],
    ['method=POST', (event: CallEvent) => event.method === 'POST'],
    ["endpoint=/o'hara", (event: CallEvent) => event.endpoint === "/o'hara"],
    ['endpoint=/leads/a%20b', (event: CallEvent) => event.endpoint === '/leads/a b'],
    [
      `route=${encodeURIComponent('/deals/{id}')}&status=200`,
      (event: CallEvent) => event.endpoint.startsWith('/deals/') && event.status === 200,
    ],
    ['status=429', (event: CallEvent) => event.status === 429],
    ['product=bigin', (event: CallEvent) => event.product === 'bigin'],
    ['user=d%C3%B6rte&status=404', (event: CallEvent) => event.user_id === 'dörte' && event.status === 404],
    ['module=deals', (event: CallEvent) => event.module === 'deals'],
    ['module=', (event: CallEvent) => event.module === ''],
    ['rule=insert&module=leads', (event: CallEvent) => event.rule === 'insert' && event.module === 'leads'],
    ['rejection_cause=concurrency', (event: CallEvent) => event.rejection_cause === 'concurrency'],
    ['status=404&status=429', (event: CallEvent) => event.status === 404 || event.status === 429],
    [
      'user=other,%20and%20co&user=ann',
      (event: CallEvent) => ['other, and co', 'ann'].includes(event.user_id),
    ],
    [`endpoint=${encodeURIComponent('/a\\b\t"')}`, (event: CallEvent) => event.endpoint === '/a\\b\t"'],
    ['user=unknown', () => false],
  ])('filtered by %s', async (query, matches) => {
    const from = Date.parse('2026-11-01T00:00:00Z');
    const expected = logOf(within(events, from, NOW + 24 * HOUR_MS).filter((event) => matches(event)));
    expect(await walk(`${RANGE}&limit=1000&${query}`)).toEqual(expected);
  });

  it('returns every field of a call', async () => {
    const at = NOW - 100 * 24 * HOUR_MS;
    const event = callEvent({
      org_id: 'one',
      occurred_at: at,
      module: 'leads',
      units: 25,
      credits: 3,
      rule: 'insert',
      source_address: '192.0.2.9',
      duration_ms: 48,
    });
    await insertEvents(api.clickhouse, [event]);
    const range = `from=${new Date(at).toISOString()}&to=${new Date(at + 1).toISOString()}`;
    const { org_id: _, ...fields } = event;
    expect((await calls(range)).calls).toEqual([{ ...fields, occurred_at: new Date(at).toISOString() }]);
  });

  it('pages do not shift while newer calls come in', async () => {
    const first = await calls('limit=20');
    await insertEvents(api.clickhouse, [callEvent({ org_id: 'one', occurred_at: NOW + 120_000 })]);
    const second = await calls(`limit=20&cursor=${first.next_cursor}`);
    const ids = [...first.calls, ...second.calls].map((call) => call.event_id);
    expect(ids).toEqual(logOf(events).slice(0, 40));
  });

  it.each([
    ['limit=0', 'limit'],
    ['limit=1001', 'limit'],
    ['limit=ten', 'limit'],
    ['limit=', 'limit'],
    ['cursor=abc', 'cursor'],
    ['status=ok', 'status'],
    ['status=99999999999', 'status'],
    ['user=', 'user'],
    ['user=ann&user=', 'user'],
    ['from=2026-01-01T00:00:00Z&to=2025-01-01T00:00:00Z', 'to'],
    ['from=2020-01-01T00:00:00Z', 'to'],
  ])('rejects ?%s, naming %s', async (query, parameter) => {
    const { status, body } = await api.get(`/v1/orgs/one/calls?${query}`, ADMIN);
    expect(status).toBe(400);
    expect(body).toMatchObject({ errors: expect.arrayContaining([expect.objectContaining({ parameter })]) });
  });
});

it.each([
  ['app', 'app=x&'.repeat(101)],
  ['endpoint', `endpoint=/${'x'.repeat(2_048)}&`],
])('rejects too much of %s', async (parameter, query) => {
  const { status, body } = await api.get(`/v1/orgs/one/calls?${query}limit=1`, ADMIN);
  expect(status).toBe(400);
  expect(body).toMatchObject({ errors: expect.arrayContaining([expect.objectContaining({ parameter })]) });
});

const path = (id: string): string => `/v1/orgs/one/calls/${id}`;

describe('GET /v1/orgs/{org}/calls/{event_id}', () => {
  const at = NOW - 50 * 24 * HOUR_MS;
  const event = callEvent({
    org_id: 'one',
    occurred_at: at,
    user_id: 'bob',
    module: 'leads',
    units: 25,
    credits: 3,
    rule: 'insert',
    source_address: '192.0.2.9',
    duration_ms: 48,
  });
  beforeAll(() => insertEvents(api.clickhouse, [event, { ...event, credits: 9, user_id: 'ann' }, event]));

  it('returns all fields of the event, and the record that counts: the first', async () => {
    const { occurred_at: _, ...fields } = event;
    const record = { appended_at: new Date(at).toISOString(), partition: 0, offset: expect.any(Number) };
    const expected = { ...fields, occurred_at: new Date(at).toISOString(), record };
    expect(await api.read(OneCallAnswer, path(event.event_id), ADMIN)).toEqual(expected);
    expect(await api.read(OneCallAnswer, path(event.event_id.toUpperCase()), ADMIN)).toEqual(expected);
  });

  it('shows a user its own calls only', async () => {
    expect((await api.get(path(event.event_id), { ...ADMIN, role: 'user', sub: 'bob' })).status).toBe(200);
    const { status, body } = await api.get(path(event.event_id), { ...ADMIN, role: 'user' });
    expect(status).toBe(404);
    expect(body).toMatchObject({ type: 'not-found' });
  });

  it.each([
    ['another organisation’s', () => others[0]?.event_id ?? ''],
    ['one that was never sent', () => mintEventId(at, Buffer.alloc(10))],
    ['one of the year 10889', () => mintEventId(2 ** 48 - 1, Buffer.alloc(10))],
  ])('does not find %s', async (_, id) => {
    const { status, body } = await api.get(path(id()), ADMIN);
    expect(status).toBe(404);
    expect(body).toMatchObject({ type: 'not-found' });
  });

  it.each(['x', "' OR 1=1 --", '01a20155-5c5a-4f2d-9545-72e0f1f0b750'])('rejects %s as an id', async (id) => {
    const { status, body } = await api.get(path(encodeURIComponent(id)), ADMIN);
    expect(status).toBe(400);
    expect(body).toMatchObject({ errors: [{ parameter: 'event_id' }] });
  });
});
