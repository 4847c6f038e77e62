import { UsageAnswer } from '../../../api/usage/answer.ts';
import { BreakdownsAnswer } from '../../../api/usage/breakdowns-route.ts';
import type { Claims } from '../../../api/auth/tokens.ts';
import { openApi, type ApiUnderTest } from '../api-under-test.ts';
import { callEvent, insertEvents, insertSettings } from '../tables.ts';
import { sealAll } from '../sealing.ts';
import { countOf, trafficOf } from '../traffic.ts';
import { randomOf } from '../../random.ts';
import { DIMENSIONS, groupsOf, rowsOf, sorted, TIMES, type GroupName, type Row } from './counted.ts';
import { eventsOf, largest, queryOf, requestMaker, sumOf, type UsageRequest } from './requests.ts';

const NOW = Date.parse('2026-11-22T10:20:30.400Z');
const ADMIN: Claims = { role: 'admin', sub: 'ann', org: 'one' };
const OWN_ZONE = 'Europe/Rome';

const between = (from: string, to: string) => ({ from: Date.parse(from), to: Date.parse(to) });
/** Days of clock changes in Lord Howe, Cairo, Rome, St. John's and New York, a day of a year ago, and today. */
const AUTUMN = [
  between('2026-10-02T20:00:00Z', '2026-10-04T10:00:00Z'),
  between('2026-10-24T10:00:00Z', '2026-10-26T04:00:00Z'),
  between('2026-10-29T18:00:00Z', '2026-11-02T06:00:00Z'),
];
const YEAR_AGO = between('2025-10-22T22:00:00Z', '2025-10-23T21:00:00Z');
const TODAY = { from: NOW - 36_000_000, to: NOW };
const early = [
  ...AUTUMN.flatMap((days, index) => trafficOf('one', 700, { ...days, seed: index })),
  ...trafficOf('one', 150, { ...YEAR_AGO, seed: 11 }),
  ...trafficOf('one', 500, { ...TODAY, seed: 12 }),
];
/** Events that arrive after their hours were sealed. */
const late = AUTUMN.flatMap((days, index) => trafficOf('one', 50, { ...days, seed: 20 + index }));
const events = [...early, ...late];

let api: ApiUnderTest;
beforeAll(async () => {
  api = await openApi('breakdowns', NOW);
  await insertSettings(api.clickhouse, [{ org: 'one', value: { time_zone: OWN_ZONE, billing_day: 1 } }]);
  await insertEvents(api.clickhouse, early);
  await sealAll(api.clickhouse, NOW - 20_000_000);
  await insertEvents(api.clickhouse, late);
});
afterAll(() => api.close());

const usage = (query: string) => api.read(UsageAnswer, `/v1/orgs/one/usage?${query}`, ADMIN);

const breakdowns = (query: string, claims = ADMIN) =>
  api.read(BreakdownsAnswer, `/v1/orgs/one/usage/breakdowns?${query}`, claims);
const eventsBetween = (from: number, to: number) =>
  eventsOf(events, { from, to, filters: new Map(), groupBy: [], timeZone: undefined });

/** Random requests, the same in every run; a failure names its request. */
async function expectOfEach(
  count: number,
  seed: number,
  expectation: (request: UsageRequest, random: () => number) => Promise<void>,
): Promise<void> {
  const random = randomOf(seed);
  const make = requestMaker(random, events, { from: YEAR_AGO.from, to: NOW });
  for (let index = 0; index < count; index += 1) {
    const request = make();
    await expectation(request, random).catch((error: unknown) => {
      throw new Error(`request ${index}: ${queryOf(request)}`, { cause: error });
    });
  }
}

const FIRST = Date.parse('2026-10-02T00:00:00Z');
const LAST = Date.parse('2026-11-05T00:00:00Z');
const range = `from=${new Date(FIRST).toISOString()}&to=${new Date(LAST).toISOString()}`;

const expected = (request: UsageRequest): Row[] =>
  rowsOf(eventsOf(events, request), request.groupBy, request.timeZone ?? OWN_ZONE);

describe('any breakdown', () => {
  it('has the rows and the total of a count of the events', async () => {
    let rowsSeen = 0;
    await expectOfEach(30, 1, async (request) => {
      const { rows, total } = await usage(queryOf(request));
      expect(sorted(rows)).toEqual(request.groupBy.length === 0 ? [] : sorted(expected(request)));
      expect(total).toEqual(countOf(eventsOf(events, request)));
      rowsSeen += rows.length;
    });
    expect(rowsSeen).toBeGreaterThan(2_000);
  });

  it('has the same rows over all pages, in the order of the groups, and the same total on every page', async () => {
    let pagesSeen = 0;
    await expectOfEach(6, 2, async (given, random) => {
      const request = { ...given, groupBy: given.groupBy.length === 0 ? (['user'] as const) : given.groupBy };
      const all = await usage(queryOf(request));
      const limit = 1 + Math.floor((random() * 0.6 + 0.2) * all.rows.length);
      const walked = [];
      for (let cursor: string | null = ''; cursor !== null; pagesSeen += 1) {
        const query = `${queryOf(request)}&limit=${limit}`;
        const page: Awaited<ReturnType<typeof usage>> = await usage(
          cursor === '' ? query : `${query}&cursor=${cursor}`,
        );
        expect(page.total).toEqual(all.total);
        expect(page.rows.length).toBeLessThanOrEqual(limit);
        walked.push(...page.rows);
        cursor = page.next_cursor;
      }
      expect(walked).toEqual(all.rows);
    });
    expect(pagesSeen).toBeGreaterThan(10);
  });

  it('has the largest groups with top, and the sum of all others', async () => {
    let othersSeen = 0;
    await expectOfEach(20, 3, async (given, random) => {
      const named = given.groupBy.filter((name) => !TIMES.includes(name));
      const dimensions: readonly GroupName[] = named.length === 0 ? ['endpoint'] : named;
      const times = given.groupBy.filter((name) => TIMES.includes(name));
      const request = { ...given, groupBy: [...times, ...dimensions] };
      const top = 1 + Math.floor(random() * 6);
      const { rows, other = [], total } = await usage(`${queryOf(request)}&top=${top}`);

      const selected = eventsOf(events, request);
      const groups = groupsOf(selected, dimensions);
      const kept = largest(groups, top);
      const zone = request.timeZone ?? OWN_ZONE;
      const keptEvents = kept.flatMap((key) => groups.get(key) ?? []);
      expect(sorted(rows)).toEqual(sorted(rowsOf(keptEvents, request.groupBy, zone)));
      const rest = selected.filter((event) => !keptEvents.includes(event));
      expect(sorted(other)).toEqual(rest.length === 0 ? [] : sorted(rowsOf(rest, times, zone)));
      expect(total).toEqual(countOf(selected));
      expect(sumOf([...rows, ...other])).toEqual(total);
      othersSeen += other.length;
    });
    expect(othersSeen).toBeGreaterThan(50);
  });

  it('is the same beside others in one request, without the filter of its own', async () => {
    let [rowsSeen, othersSeen] = [0, 0];
    await expectOfEach(25, 5, async (request, random) => {
      const dimensions = DIMENSIONS.filter(() => random() < 0.6);
      const by = dimensions.length === 0 ? (['app'] as const) : dimensions;
      const top = 1 + Math.floor(random() * 6);
      const query = queryOf({ ...request, groupBy: [], timeZone: undefined });
      const answer = await breakdowns(`${query}&by=${by.join(',')}&top=${top}`);
      expect(answer.breakdowns.map((each) => each.by)).toEqual(by);
      for (const [index, name] of by.entries()) {
        const others = new Map([...request.filters].filter(([filtered]) => filtered !== name));
        const selected = eventsOf(events, { ...request, filters: others });
        const groups = groupsOf(selected, [name]);
        const kept = largest(groups, top).map((key) => groups.get(key) ?? []);
        const rest = selected.filter((event) => !kept.flat().includes(event));
        expect(answer.breakdowns[index]).toEqual({
          by: name,
          rows: kept.flatMap((own) => rowsOf(own, [name])),
          other: rest.length === 0 ? [] : [countOf(rest)],
          total: countOf(selected),
        });
        rowsSeen += kept.length;
        othersSeen += rest.length;
      }
    });
    expect(rowsSeen).toBeGreaterThan(200);
    expect(othersSeen).toBeGreaterThan(50);
  });

  it('shows a user nothing of others, whatever is requested', async () => {
    const answer = await breakdowns(`${range}&by=user,app&user=bob&user=ann`, {
      role: 'user',
      sub: 'ann',
      org: 'one',
    });
    const own = countOf(eventsBetween(FIRST, LAST).filter(({ user_id }) => user_id === 'ann'));
    expect(answer.breakdowns[0]).toMatchObject({ rows: [{ user: 'ann', ...own }], other: [], total: own });
    expect(answer.breakdowns[1]?.total).toEqual(own);
  });

  it.each(['by=', 'by=hour', 'by=app,day', 'by=app,app', 'by=none', ''])(
    'is rejected where a request names no dimensions: %j',
    async (query) => {
      const { status, body } = await api.get(`/v1/orgs/one/usage/breakdowns?${range}&${query}`, ADMIN);
      expect(status).toBe(400);
      expect(JSON.stringify(body)).toContain('"by"');
    },
  );

  it('can be drilled into: filters with a row’s values return that row', async () => {
    const { rows } = await usage(`${range}&group_by=${DIMENSIONS.join(',')}`);
    const random = randomOf(4);
    for (let index = 0; index < 6; index += 1) {
      const { calls, credits, rejected, ...values } =
        rows[Math.floor(random() * rows.length)] ?? rows[0] ?? {};
      const query = new URLSearchParams();
      for (const [name, value] of Object.entries(values)) query.set(name, String(value));
      expect((await usage(`${range}&${query.toString()}`)).total).toEqual({ calls, credits, rejected });
    }
  });
});

describe('top', () => {
  it('has the same users at every time: the largest of the whole range, the largest first', async () => {
    const { rows, other = [] } = await usage(`${range}&group_by=day,user&top=2`);
    const order = [...new Set(rows.map(({ user }) => user))];
    const selected = events.filter(({ occurred_at: at }) => at >= FIRST && at < LAST);
    expect(order.map((user) => JSON.stringify([user]))).toEqual(largest(groupsOf(selected, ['user']), 2));
    const days = new Set(rowsOf(selected, ['day'], OWN_ZONE).map((row) => row['day']));
    expect(other.map(({ day }) => day)).toEqual([...days].map(String).toSorted());
  });

  it('does not confuse a user called "other" with the others', async () => {
    const at = FIRST - 1;
    await insertEvents(api.clickhouse, [
      callEvent({ org_id: 'one', occurred_at: at, user_id: 'other', credits: 9 }),
      callEvent({ org_id: 'one', occurred_at: at, user_id: 'ann', credits: 5 }),
    ]);
    const instant = `from=${new Date(at).toISOString()}&to=${new Date(at + 1).toISOString()}`;
    expect(await usage(`${instant}&group_by=user&top=1`)).toMatchObject({
      rows: [{ user: 'other', credits: 9 }],
      other: [{ calls: 1, credits: 5, rejected: 0 }],
      total: { calls: 2, credits: 14 },
    });
    expect(await usage(`${instant}&group_by=user&top=2`)).toMatchObject({ other: [] });
  });

  it.each([
    ['top=3', 'top'],
    ['group_by=day&top=3', 'top'],
    ['group_by=user&top=0', 'top'],
    ['group_by=user&top=1001', 'top'],
    ['group_by=user&top=3&limit=10', 'top'],
  ])('is rejected as ?%s', async (query, parameter) => {
    const { status, body } = await api.get(`/v1/orgs/one/usage?${range}&${query}`, ADMIN);
    expect(status).toBe(400);
    expect(body).toMatchObject({ errors: [expect.objectContaining({ parameter })] });
  });
});

describe('a series of pages', () => {
  const open = `from=${new Date(NOW - 36_000_000).toISOString()}&to=2026-12-01T00:00:00Z&group_by=endpoint,user`;

  it('counts up to the instant of its first page, whatever arrives later', async () => {
    const first = await usage(`${open}&limit=5`);
    expect(first).toMatchObject({ to: new Date(NOW).toISOString(), as_of: new Date(NOW).toISOString() });
    api.clock.now = NOW + 3_600_000;
    await insertEvents(api.clickhouse, [
      callEvent({ org_id: 'one', occurred_at: NOW + 60_000, endpoint: '/zzz', credits: 1_000 }),
    ]);
    const second = await usage(`${open}&limit=1000&cursor=${first.next_cursor}`);
    api.clock.now = NOW;
    expect(second).toMatchObject({ to: first.to, total: first.total, next_cursor: null });
    expect(sumOf([...first.rows, ...second.rows])).toEqual(first.total);
  });

  it('shows by another total that a late event arrived in between', async () => {
    const first = await usage(`${open}&limit=5`);
    await insertEvents(api.clickhouse, [
      callEvent({ org_id: 'one', occurred_at: NOW - 1_000, endpoint: '/aaa', credits: 1_000 }),
    ]);
    const second = await usage(`${open}&limit=1000&cursor=${first.next_cursor}`);
    expect(second.total.credits).toBe(first.total.credits + 1_000);
  });

  it('ends with the total when no rows are left', async () => {
    const cursor = Buffer.from(JSON.stringify([NOW, ['\u{10ffff}', 'zed']])).toString('base64url');
    const { rows, total, next_cursor } = await usage(`${open}&limit=5&cursor=${cursor}`);
    expect({ rows, next_cursor }).toEqual({ rows: [], next_cursor: null });
    expect(total.calls).toBeGreaterThan(500);
  });

  it.each([
    ['limit=0', 'limit'],
    ['limit=10001', 'limit'],
    ['cursor=abc', 'cursor'],
    [`cursor=${Buffer.from(JSON.stringify([NOW, ['one']])).toString('base64url')}`, 'cursor'],
    [`cursor=${Buffer.from(JSON.stringify([NOW, ['one', 2]])).toString('base64url')}`, 'cursor'],
    [`cursor=${Buffer.from(JSON.stringify([1, ['one', 'two']])).toString('base64url')}`, 'cursor'],
  ])('rejects ?%s', async (query, parameter) => {
    const { status, body } = await api.get(`/v1/orgs/one/usage?${open}&${query}`, ADMIN);
    expect(status).toBe(400);
    expect(body).toMatchObject({ errors: [expect.objectContaining({ parameter })] });
  });
});
