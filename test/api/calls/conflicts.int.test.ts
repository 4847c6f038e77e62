import { ConflictsAnswer } from '../../../api/calls/conflicts-route.ts';
import type { Claims } from '../../../api/auth/tokens.ts';
import { openApi, type ApiUnderTest } from '../api-under-test.ts';
import { sealAll } from '../sealing.ts';
import { callEvent, insertEvents, insertSettings } from '../tables.ts';

const HOUR_MS = 3_600_000;
const NOW = Date.parse('2026-11-22T10:20:30.400Z');
const ADMIN: Claims = { role: 'admin', sub: 'ann', org: 'one' };
const at = (hours: number): number => NOW - hours * HOUR_MS;

/** Each has a second payload; three of them are in one hour. */
const twice = [at(5), at(3) - 2, at(3) - 1, at(3), at(1)].map((occurred_at) =>
  callEvent({ org_id: 'one', occurred_at, credits: 3, user_id: 'bob' }),
);
const once = [at(5), at(3)].map((occurred_at) => callEvent({ org_id: 'one', occurred_at }));

let api: ApiUnderTest;
beforeAll(async () => {
  api = await openApi('conflicts', NOW);
  await insertSettings(api.clickhouse, [
    { org: 'one', value: { time_zone: 'UTC', billing_day: 1 } },
    { org: 'two', value: { time_zone: 'UTC', billing_day: 1 } },
  ]);
  await insertEvents(api.clickhouse, [...twice, ...once]);
  await insertEvents(api.clickhouse, [...twice.map((event) => ({ ...event, credits: 9 })), ...once]);
  await sealAll(api.clickhouse, NOW - HOUR_MS);
});
afterAll(() => api.close());

const conflicts = (query = '', claims = ADMIN) =>
  api.read(ConflictsAnswer, `/v1/orgs/${claims.org}/conflicts?${query}`, claims);

describe('GET /v1/orgs/{org}/conflicts', () => {
  it('lists the ids with different payloads, newest first, with the payload that counts', async () => {
    const answer = await conflicts();
    expect(answer).toMatchObject({ org_id: 'one', total: 4, next_cursor: null });
    const sealed = twice.filter(({ occurred_at }) => occurred_at < at(2)).toReversed();
    expect(answer.conflicts).toEqual(
      sealed.map(({ event_id, occurred_at }) => ({
        event_id,
        occurred_at: new Date(occurred_at).toISOString(),
        payloads: 2,
        user_id: 'bob',
        endpoint: '/leads',
        credits: 3,
      })),
    );
  });

  it('reports up to when conflicts have been searched', async () => {
    expect((await conflicts()).sealed_until).toBe('2026-11-22T09:00:00.000Z');
  });

  it('lists each conflict once over all pages, with the same total', async () => {
    const all = await conflicts();
    const walked = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: Awaited<ReturnType<typeof conflicts>> = await conflicts(
        cursor === '' ? 'limit=1' : `limit=1&cursor=${cursor}`,
      );
      expect(page.total).toBe(all.total);
      walked.push(...page.conflicts);
      cursor = page.next_cursor;
    }
    expect(walked).toEqual(all.conflicts);
  });

  it('accepts a range and widens it to whole hours', async () => {
    const range = `from=${new Date(at(4)).toISOString()}&to=${new Date(at(3) - 1).toISOString()}`;
    expect(await conflicts(range)).toMatchObject({
      from: '2026-11-22T06:00:00.000Z',
      to: '2026-11-22T08:00:00.000Z',
      total: 3,
    });
  });

  it('is empty if every id has one payload', async () => {
    expect(await conflicts('', { ...ADMIN, org: 'two' })).toMatchObject({ total: 0, conflicts: [] });
  });

  it.each([
    ['from=2026-11-22T00:00:00Z&to=2026-11-21T00:00:00Z', 'to'],
    ['limit=0', 'limit'],
    ['cursor=abc', 'cursor'],
  ])('rejects ?%s, naming %s', async (query, parameter) => {
    const { status, body } = await api.get(`/v1/orgs/one/conflicts?${query}`, ADMIN);
    expect(status).toBe(400);
    expect(body).toMatchObject({ errors: [expect.objectContaining({ parameter })] });
  });
});
