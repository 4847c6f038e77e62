import { Type } from 'typebox';
import { CallsAnswer } from '../../../api/calls/answer.ts';
import { CreditUsersAnswer } from '../../../api/credits/users-route.ts';
import { UsageAnswer } from '../../../api/usage/answer.ts';
import { signToken, type Claims } from '../../../api/auth/tokens.ts';
import { randomOf } from '../../random.ts';
import { until } from '../../until.ts';
import { openApi, SECRET, type ApiUnderTest } from '../api-under-test.ts';
import { sealAll } from '../sealing.ts';
import { fetchCsv, fetchFile } from '../statements/files.ts';
import { callEvent, insertEvents, insertSettings } from '../tables.ts';
import { countOf, trafficOf, within } from '../traffic.ts';
import { queryOf, requestMaker } from '../usage/requests.ts';

const NOW = Date.parse('2026-11-22T10:20:30.400Z');
const HOUR_MS = 3_600_000;
const WEEK_MS = 168 * HOUR_MS;
const ADMIN: Claims = { role: 'admin', sub: 'ann', org: 'one' };
const USER: Claims = { role: 'user', sub: 'ann', org: 'one' };

/** A week of calls, the last day of it not sealed; more calls than a page of the file has. */
const events = [
  ...trafficOf('one', 5_600, { from: NOW - WEEK_MS, to: NOW, seed: 1 }),
  callEvent({ org_id: 'one', occurred_at: NOW - 1_000, user_id: '=1+1', endpoint: '/a,"b"', credits: 3 }),
];

let api: ApiUnderTest;
beforeAll(async () => {
  api = await openApi('csvfiles', NOW);
  await insertSettings(api.clickhouse, [
    { org: 'one', value: { time_zone: 'Europe/Rome', billing_day: 1 } },
    { org: 'one', product: 'crm', value: { edition: 'free', users: 1, additional_limit: 0 } },
  ]);
  await insertEvents(api.clickhouse, events);
  await sealAll(api.clickhouse, NOW - 20 * HOUR_MS);
});
afterAll(() => api.close());

const csv = (path: string, claims = ADMIN) => fetchCsv(api, `/v1/orgs/one/${path}`, claims);
const iso = (instant: number): string => new Date(instant).toISOString();
const sumOf = (rows: readonly Record<string, string>[], column: string): number =>
  rows.reduce((sum, row) => sum + Number(row[column]), 0);
/** A text as a spreadsheet shows it: without the apostrophe that keeps it from being a formula. */
const shown = (text: string): string => text.replace(/^'(?=[=+\-@])/, '');

describe('usage as CSV', () => {
  it('has the rows of the answer in their order, and adds up to its total', async () => {
    const random = randomOf(7);
    const make = requestMaker(random, events, { from: NOW - WEEK_MS, to: NOW });
    let rowsSeen = 0;
    for (let index = 0; index < 8; index += 1) {
      const given = make();
      const request = given.groupBy.length > 0 ? given : { ...given, groupBy: ['hour', 'user'] as const };
      const query = queryOf(request);
      const answer = await api.read(UsageAnswer, `/v1/orgs/one/usage?${query}`, ADMIN);
      const rows = await csv(`usage.csv?${query}`);
      for (const figure of ['calls', 'credits'] as const) {
        expect([query, sumOf(rows, figure)]).toEqual([query, answer.total[figure]]);
      }
      expect(sumOf(rows, 'rejected_calls')).toBe(answer.total.rejected);
      const columns = request.groupBy.map((name) => [
        name,
        name === 'hour' || name === '15m' ? `${name}_utc` : name,
      ]);
      expect(rows.map((row) => columns.map(([, column = '']) => shown(row[column] ?? '')))).toEqual(
        answer.rows.map((row) =>
          columns.map(([name = '']) => String(new Map(Object.entries(row)).get(name))),
        ),
      );
      rowsSeen += rows.length;
    }
    expect(rowsSeen).toBeGreaterThan(100);
  });

  it('says of each line what it is of, and until when it was counted', async () => {
    const query = `from=${iso(NOW - WEEK_MS)}&to=${iso(NOW)}&time_zone=UTC`;
    expect(await csv(`usage.csv?${query}`)).toEqual([
      {
        calls: String(events.length),
        credits: String(countOf(events).credits),
        rejected_calls: String(countOf(events).rejected),
        org_id: 'one',
        from_utc: iso(NOW - WEEK_MS),
        to_utc: iso(NOW),
        time_zone: 'UTC',
        as_of_utc: iso(NOW),
        lag_seconds: expect.any(String),
      },
    ]);
  });

  it('keeps a user whose name is a formula as text', async () => {
    const query = `from=${iso(NOW - HOUR_MS)}&to=${iso(NOW)}&group_by=user&user=%3D1%2B1`;
    expect(await csv(`usage.csv?${query}`)).toMatchObject([{ user: "'=1+1", calls: '1', credits: '3' }]);
  });

  it('shows the role user its own calls only, and is rejected as the answer is', async () => {
    const query = `from=${iso(NOW - WEEK_MS)}&to=${iso(NOW)}&group_by=user`;
    expect((await csv(`usage.csv?${query}`, USER)).map(({ user }) => user)).toEqual(['ann']);
    const wrong = await api.get(`/v1/orgs/one/usage.csv?${query},shoe`, ADMIN);
    expect(wrong).toMatchObject({ status: 400, body: { type: 'invalid-request' } });
  });
});

describe('the users of the current usage as CSV', () => {
  it('has the users of the answer in their order', async () => {
    const { users, window } = await api.read(CreditUsersAnswer, '/v1/orgs/one/credits/users', ADMIN);
    const rows = await csv('credits/users.csv');
    expect(
      rows.map((row) => [shown(row['user_id'] ?? ''), Number(row['calls']), Number(row['credits'])]),
    ).toEqual(users.map(({ user_id, calls, credits }) => [user_id, calls, credits]));
    expect(rows[0]).toMatchObject({ product: 'crm', from_utc: window.from, to_utc: window.to });
    expect(rows.length).toBeGreaterThan(3);
  });
});

describe('the call log as CSV', () => {
  it('has every call of the range once, newest first, over all of its pages', async () => {
    const rows = await csv(`calls.csv?from=${iso(NOW - WEEK_MS)}&to=${iso(NOW)}`);
    expect(rows).toHaveLength(events.length);
    expect(new Set(rows.map((row) => row['event_id'])).size).toBe(events.length);
    expect(sumOf(rows, 'credits')).toBe(countOf(events).credits);
    const times = rows.map((row) => row['occurred_at_utc'] ?? '');
    expect(times).toEqual(times.toSorted().toReversed());
  });

  it('has the same calls as the answer, by the same filters', async () => {
    const query = `from=${iso(NOW - 48 * HOUR_MS)}&to=${iso(NOW)}&status=429&user=bob`;
    const { calls } = await api.read(CallsAnswer, `/v1/orgs/one/calls?limit=1000&${query}`, ADMIN);
    const rows = await csv(`calls.csv?${query}`);
    expect(rows.map((row) => row['event_id'])).toEqual(calls.map(({ event_id }) => event_id));
    expect(rows[0]).toMatchObject({ user_id: 'bob', status: '429', credits: '0', org_id: 'one' });
    expect(within(events, NOW - 48 * HOUR_MS, NOW).length).toBeGreaterThan(rows.length);
  });
});

describe('a CSV file', () => {
  it('is named after what it holds, and only the names without rows', async () => {
    const query = `from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z&group_by=user`;
    const { headers, bytes } = await fetchFile(api, `/v1/orgs/one/usage.csv?${query}`, ADMIN);
    expect(headers.get('content-disposition')).toBe(
      'attachment; filename="usage-one-user-2026-01-01-2026-01-02.csv"',
    );
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
    expect(new TextDecoder().decode(bytes)).toMatch(/^user,calls,credits,rejected_calls,org_id,[\w,]+\r\n$/);
  });

  it('of a client that leaves frees its place for the next ones', async () => {
    const token = await signToken(SECRET, ADMIN, NOW + 60_000);
    const query = `from=${iso(NOW - WEEK_MS)}&to=${iso(NOW)}&group_by=15m,user,endpoint`;
    const Open = Type.Object({ total: Type.Object({ calls: Type.Integer() }) });
    // More than an organisation may have at once.
    for (let index = 0; index < 5; index += 1) {
      const leave = new AbortController();
      const response = await fetch(`${api.url}/v1/orgs/one/usage.csv?${query}`, {
        headers: { authorization: `Bearer ${token}` },
        signal: leave.signal,
      });
      expect(response.status).toBe(200);
      leave.abort();
    }
    const { total } = await api.read(Open, `/v1/orgs/one/usage?${query}&limit=1`, ADMIN);
    await until('a place is free', async () => {
      const rows = await csv(`usage.csv?${query}`);
      return sumOf(rows, 'calls') === total.calls;
    });
  });
});
