import { AddressesAnswer } from '../../../api/usage/addresses-route.ts';
import { UsageAnswer } from '../../../api/usage/answer.ts';
import type { Claims } from '../../../api/auth/tokens.ts';
import { openApi, type ApiUnderTest } from '../api-under-test.ts';
import { fetchCsv } from '../statements/files.ts';
import { sealAll } from '../sealing.ts';
import { callEvent, insertEvents, insertSettings } from '../tables.ts';
import { countOf } from '../traffic.ts';

const NOW = Date.parse('2026-11-22T10:20:30.400Z');
const DAY_MS = 86_400_000;
const RETENTION_DAYS = 30;
/** The first instant whose addresses are kept: whole UTC days. */
const KEPT_SINCE = Date.parse('2026-10-23T00:00:00Z');
const ADMIN: Claims = { role: 'admin', sub: 'ann', org: 'one' };

const call = (at: number, source_address: string, credits: number, status = 200) =>
  callEvent({
    org_id: 'one',
    occurred_at: at,
    source_address,
    credits,
    status,
    user_id: source_address || 'none',
  });
const kept = [
  call(NOW - 1_000, '192.0.2.1', 7),
  call(NOW - DAY_MS, '192.0.2.1', 2),
  call(NOW - DAY_MS, '192.0.2.2', 5),
  call(NOW - DAY_MS, '2001:db8::1', 0, 429),
  call(KEPT_SINCE, '192.0.2.3', 1),
];
const without = [call(NOW - 2_000, '', 4), call(NOW - 2 * DAY_MS, '', 6)];
/** Not cleared yet by a merge: it is not shown all the same. */
const past = [call(KEPT_SINCE - 1, '192.0.2.9', 11), call(KEPT_SINCE - DAY_MS, '', 13)];

let api: ApiUnderTest;
beforeAll(async () => {
  api = await openApi('addresses', NOW, 'none', { sourceRetentionDays: RETENTION_DAYS });
  await insertSettings(api.clickhouse, [{ org: 'one', value: { time_zone: 'UTC', billing_day: 1 } }]);
  await insertEvents(api.clickhouse, [...kept, ...without, ...past]);
  await insertEvents(api.clickhouse, [{ ...call(NOW - DAY_MS, '192.0.2.1', 99), org_id: 'other' }]);
  await sealAll(api.clickhouse, NOW - DAY_MS);
});
afterAll(() => api.close());

const range = (from: number, to = NOW): string =>
  `from=${new Date(from).toISOString()}&to=${new Date(to).toISOString()}`;
const read = (query: string) =>
  api.read(AddressesAnswer, `/v1/orgs/one/usage/source-addresses?${query}`, ADMIN);

describe('usage by source address', () => {
  it('names the addresses with the most credits first, and adds up to the total of /usage', async () => {
    const query = range(KEPT_SINCE - 10 * DAY_MS);
    const answer = await read(query);
    expect(answer.rows).toEqual([
      { source_address: '192.0.2.1', calls: 2, credits: 9, rejected: 0 },
      { source_address: '192.0.2.2', calls: 1, credits: 5, rejected: 0 },
      { source_address: '192.0.2.3', calls: 1, credits: 1, rejected: 0 },
      { source_address: '2001:db8::1', calls: 1, credits: 0, rejected: 1 },
    ]);
    expect(answer).toMatchObject({
      kept_since: new Date(KEPT_SINCE).toISOString(),
      other: { calls: 0, credits: 0, rejected: 0 },
      without_address: countOf(without),
      no_longer_kept: countOf(past),
    });
    const { total } = await api.read(UsageAnswer, `/v1/orgs/one/usage?${query}`, ADMIN);
    expect(answer.total).toEqual(total);
    expect(total).toEqual(countOf([...kept, ...without, ...past]));
  });

  it('sums up the addresses beyond the requested number', async () => {
    const { rows, other, total } = await read(`${range(KEPT_SINCE)}&top=1`);
    expect(rows.map(({ source_address }) => source_address)).toEqual(['192.0.2.1']);
    expect(other).toEqual({ calls: 3, credits: 6, rejected: 1 });
    expect(total).toEqual(countOf([...kept, ...without]));
  });

  it('shows no address that is past its retention', async () => {
    const answer = await read(range(KEPT_SINCE - 10 * DAY_MS, KEPT_SINCE));
    expect(answer).toMatchObject({ rows: [], no_longer_kept: countOf(past), total: countOf(past) });
    expect(JSON.stringify(answer)).not.toContain('192.0.2.9');
  });

  it('takes the filters of usage', async () => {
    const answer = await read(`${range(KEPT_SINCE)}&status=429`);
    expect(answer).toMatchObject({
      rows: [{ source_address: '2001:db8::1' }],
      total: { calls: 1, rejected: 1 },
    });
  });

  it.each(['', '.csv'])('is for the roles that read everyone’s calls (%s)', async (suffix) => {
    const path = `/v1/orgs/one/usage/source-addresses${suffix}?${range(KEPT_SINCE)}`;
    const user = await api.get(path, { role: 'user', sub: 'ann', org: 'one' });
    expect(user.status).toBe(403);
    const analyst = await api.get(path, { role: 'analyst', sub: 'ann', orgs: ['one'] });
    expect(analyst.status).toBe(200);
  });
});

const csv = (query: string) => fetchCsv(api, `/v1/orgs/one/usage/source-addresses.csv?${query}`, ADMIN);

describe('usage by source address as CSV', () => {
  it('has every address, and what has none, in the order of the answer', async () => {
    const rows = await csv(range(KEPT_SINCE - 10 * DAY_MS));
    expect(
      rows.map(({ line, source_address, calls, credits, rejected_calls }) =>
        [line, source_address, calls, credits, rejected_calls].join(' '),
      ),
    ).toEqual([
      'without_address  2 10 0',
      'address 192.0.2.1 2 9 0',
      'address 192.0.2.2 1 5 0',
      'address 192.0.2.3 1 1 0',
      'address 2001:db8::1 1 0 1',
      'no_longer_kept  2 24 0',
    ]);
  });

  it('says of each line what it is of, and takes the filters of usage', async () => {
    expect(await csv(`${range(KEPT_SINCE)}&status=429`)).toEqual([
      {
        line: 'address',
        source_address: '2001:db8::1',
        calls: '1',
        credits: '0',
        rejected_calls: '1',
        org_id: 'one',
        from_utc: new Date(KEPT_SINCE).toISOString(),
        to_utc: new Date(NOW).toISOString(),
        as_of_utc: new Date(NOW).toISOString(),
        lag_seconds: expect.any(String),
        kept_since_utc: new Date(KEPT_SINCE).toISOString(),
      },
    ]);
  });

  it('has no address that is past its retention', async () => {
    const rows = await csv(range(KEPT_SINCE - 10 * DAY_MS, KEPT_SINCE));
    expect(rows).toMatchObject([{ line: 'no_longer_kept', source_address: '', calls: '2', credits: '24' }]);
    expect(rows).toHaveLength(1);
  });
});
