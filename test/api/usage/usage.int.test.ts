import { UsageAnswer } from '../../../api/usage/answer.ts';
import type { Claims } from '../../../api/auth/tokens.ts';
import { openApi, type ApiUnderTest } from '../api-under-test.ts';
import { callEvent, insertEvents, insertLanded, insertSettings } from '../tables.ts';
import { sealAll } from '../sealing.ts';
import { countOf, trafficOf, within } from '../traffic.ts';
import { rowsOf, sorted, type GroupName } from './counted.ts';

const NOW = Date.parse('2026-11-22T10:20:30.400Z');
/** Around the end of Rome's summer time on 2026-10-25, a day of 25 hours. */
const FROM = '2026-10-22T13:07:11.123Z';
const TO = '2026-10-29T05:59:59.999Z';
const ADMIN: Claims = { role: 'admin', sub: 'ann', org: 'rome' };

const traffic = trafficOf('rome', 5_000, {
  from: Date.parse('2026-10-20T00:00:00Z'),
  to: Date.parse('2026-11-01T00:00:00Z'),
  seed: 3,
});
const counted = within(traffic, Date.parse(FROM), Date.parse(TO));

let api: ApiUnderTest;
beforeAll(async () => {
  api = await openApi('usage', NOW);
  await insertSettings(api.clickhouse, [
    { org: 'rome', value: { time_zone: 'Europe/Rome', billing_day: 1 } },
    { org: 'bare', value: { time_zone: 'Asia/Kathmandu', billing_day: 1 } },
  ]);
  await insertEvents(api.clickhouse, traffic);
  await insertLanded(api.clickhouse, 'api-calls', { until: NOW - 2_000, observedAt: NOW, isCaughtUp: false });
  await insertEvents(api.clickhouse, traffic.slice(1_000, 2_000));
});
afterAll(() => api.close());

const usage = (query: string, claims = ADMIN, range = `from=${FROM}&to=${TO}`) =>
  api.read(UsageAnswer, `/v1/orgs/${claims.org}/usage?${range}&${query}`, claims);

describe.each(['unsealed', 'sealed'])('GET /v1/orgs/{org}/usage of %s hours', (state) => {
  beforeAll(async () => {
    // Some hours of the range stay unsealed: answers combine both.
    if (state === 'sealed') await sealAll(api.clickhouse, Date.parse('2026-10-29T02:00:00Z'));
  });

  it('returns only the total without group_by', async () => {
    expect(await usage('')).toEqual({
      org_id: 'rome',
      from: FROM,
      to: TO,
      time_zone: 'Europe/Rome',
      as_of: new Date(NOW).toISOString(),
      lag_seconds: 2,
      rows: [],
      total: countOf(counted),
      next_cursor: null,
    });
  });

  it.each<{ names: readonly GroupName[] }>([
    { names: ['day'] },
    { names: ['hour'] },
    { names: ['15m'] },
    { names: ['user', 'app', 'method'] },
    { names: ['module', 'status', 'rule', 'rejection_cause', 'product'] },
    { names: ['endpoint', 'method', '15m'] },
    { names: ['route', 'status', 'hour'] },
    { names: ['route', 'user'] },
  ])('groups by $names as counted from the events', async ({ names }) => {
    const { rows, total } = await usage(`group_by=${names.join(',')}`);
    expect(sorted(rows)).toEqual(sorted(rowsOf(counted, names, 'Europe/Rome')));
    expect(total).toEqual(countOf(counted));
  });

  it('counts only the given product', async () => {
    const bigin = counted.filter(({ product }) => product === 'bigin');
    expect((await usage('product=bigin')).total).toEqual(countOf(bigin));
    expect((await usage('product=other')).total).toEqual({ calls: 0, credits: 0, rejected: 0 });
  });

  it('uses the days of another time zone on request', async () => {
    const { rows, time_zone } = await usage('group_by=day&time_zone=Asia/Kathmandu');
    const expected = rowsOf(counted, ['day'], 'Asia/Kathmandu');
    expect(time_zone).toBe('Asia/Kathmandu');
    expect(rows).toEqual(expected.toSorted((a, b) => (String(a['day']) < String(b['day']) ? -1 : 1)));
  });

  it('orders rows by their groups, in the order of group_by', async () => {
    const { rows } = await usage('group_by=user,day');
    const keys = rows.map(({ user, day }) => `${user} ${day}`);
    expect(keys).toEqual(keys.toSorted());
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('GET /v1/orgs/{org}/usage', () => {
  it('may end in the future', async () => {
    const { total } = await usage('', ADMIN, 'from=2026-10-20T00:00:00Z&to=2027-10-01T00:00:00Z');
    expect(total).toEqual(countOf(traffic));
  });

  it('needs no subscription: calls without one are shown', async () => {
    const claims: Claims = { role: 'admin', sub: 'ann', org: 'bare' };
    await insertEvents(api.clickhouse, [
      callEvent({ org_id: 'bare', occurred_at: Date.parse(FROM), credits: 3 }),
    ]);
    expect((await usage('group_by=day', claims)).rows).toEqual([
      { day: '2026-10-22', calls: 1, credits: 3, rejected: 0 },
    ]);
  });

  it('shows the role user only its own calls, whatever user it filters for', async () => {
    const user: Claims = { ...ADMIN, role: 'user', sub: 'bob' };
    const own = countOf(counted.filter(({ user_id }) => user_id === 'bob'));
    expect(await usage('group_by=user', user)).toMatchObject({ rows: [{ user: 'bob', ...own }], total: own });
    expect(await usage('group_by=user&user=ann&user=bob', user)).toMatchObject({ total: own });
    expect(await usage('group_by=user&user=ann', user)).toMatchObject({ rows: [], total: { calls: 0 } });
    expect(await usage('group_by=user&user=ann&limit=5', user)).toMatchObject({
      rows: [],
      total: { calls: 0 },
    });
    expect(await usage('group_by=user&user=ann&top=5', user)).toMatchObject({ rows: [], other: [] });
  });

  it('follows the organisation’s change of time zone', async () => {
    const claims: Claims = { role: 'admin', sub: 'ann', org: 'moved' };
    const moved = Date.parse('2026-10-24T12:00:00Z');
    await insertSettings(api.clickhouse, [
      { org: 'moved', value: { time_zone: 'UTC', billing_day: 1 } },
      { org: 'moved', value: { time_zone: 'America/New_York' }, from: moved },
    ]);
    // 25 October begins in the old zone, at 00:00Z, and ends in New York's, at 04:00Z of the 26th.
    const instants = [
      '2026-10-24T23:59:59Z',
      '2026-10-25T00:00:00Z',
      '2026-10-26T03:59:59Z',
      '2026-10-26T04:00:00Z',
    ];
    await insertEvents(
      api.clickhouse,
      instants.map((instant) => callEvent({ org_id: 'moved', occurred_at: Date.parse(instant) })),
    );
    const { rows, time_zone } = await usage('group_by=day', claims);
    expect(rows.map(({ day, calls }) => [day, calls])).toEqual([
      ['2026-10-24', 1],
      ['2026-10-25', 2],
      ['2026-10-26', 1],
    ]);
    expect(time_zone).toBe('America/New_York');
  });

  it.each([
    ['', 'from'],
    [`from=${FROM}`, 'to'],
    [`from=${TO}&to=${FROM}`, 'to'],
    [`from=${FROM}&to=${FROM}`, 'to'],
    [`from=2026-10-22&to=${TO}`, 'from'],
    [`from=2025-01-01T00:00:00Z&to=2026-10-01T00:00:00Z`, 'to'],
    [`from=${FROM}&to=${TO}&group_by=week`, 'group_by'],
    [`from=${FROM}&to=${TO}&group_by=day,,user`, 'group_by'],
    [`from=${FROM}&to=${TO}&group_by=day,day`, 'group_by'],
    [`from=${FROM}&to=${TO}&time_zone=Mars/Olympus`, 'time_zone'],
    [`from=${FROM}&to=${TO}&time_zone=%2B05:30`, 'time_zone'],
    [`from=${FROM}&from=${FROM}&to=${TO}`, 'from'],
    [`from=${FROM}&to=${TO}&product=`, 'product'],
    [`from=${FROM}&to=${TO}&groupby=day`, 'groupby'],
  ])('rejects ?%s, naming %s', async (query, parameter) => {
    const { status, body } = await api.get(`/v1/orgs/rome/usage?${query}`, ADMIN);
    expect(status).toBe(400);
    expect(body).toMatchObject({ errors: expect.arrayContaining([expect.objectContaining({ parameter })]) });
  });

  it('explains what to request instead of more rows than an answer may have', async () => {
    await api.clickhouse.command({
      query: `INSERT INTO call_events (event_id, occurred_at, org_id, product, user_id, kafka_offset)
        SELECT generateUUIDv7(), toDateTime64('2026-10-23 00:00:00', 3, 'UTC'), 'rome', 'crm', toString(number), number
        FROM numbers(50001)`,
    });
    const { status, body } = await api.get(`/v1/orgs/rome/usage?from=${FROM}&to=${TO}&group_by=user`, ADMIN);
    expect(status).toBe(400);
    expect(body).toMatchObject({ type: 'too-many-rows', detail: expect.stringContaining('limit') });
    const { rows, next_cursor } = await usage('group_by=user&limit=10000');
    expect({ rows: rows.length, isEnd: next_cursor === null }).toEqual({ rows: 10_000, isEnd: false });
    const { rows: largest, other, total } = await usage('group_by=user&top=4');
    expect(new Set(largest.map(({ user }) => user))).toEqual(new Set(['ann', 'bob', 'cem', 'dörte']));
    expect(other).toEqual([{ calls: 50_001, credits: 0, rejected: 0 }]);
    expect(total).toEqual({ ...countOf(counted), calls: counted.length + 50_001 });
  });
});
