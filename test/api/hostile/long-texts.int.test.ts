import { Type } from 'typebox';
import { CallsAnswer } from '../../../api/calls/answer.ts';
import { UsageAnswer } from '../../../api/usage/answer.ts';
import { MAX_PAGE_BYTES } from '../../../api/parameters/page-bytes.ts';
import type { Claims } from '../../../api/auth/tokens.ts';
import { openApi, type ApiUnderTest } from '../api-under-test.ts';
import { callEvent, insertEvents, insertSettings } from '../tables.ts';

const NOW = Date.parse('2026-11-22T10:00:00Z');
const ADMIN: Claims = { role: 'admin', sub: 'ann', org: 'own' };
const RANGE = 'from=2026-11-22T00:00:00Z&to=2026-11-22T10:00:00Z';
/** As JSON each takes 12 KB. */
const ENDPOINTS = Array.from({ length: 1_500 }, (_, index) => '\u0001'.repeat(2_040) + String(index));

let api: ApiUnderTest;
beforeAll(async () => {
  api = await openApi('longtexts', NOW);
  await insertSettings(api.clickhouse, [
    { org: 'own', value: { time_zone: 'UTC', billing_day: 1 } },
    { org: 'own', product: 'crm', value: { edition: 'free', users: 1, additional_limit: 0 } },
  ]);
  await insertEvents(
    api.clickhouse,
    ENDPOINTS.map((endpoint, index) =>
      callEvent({ org_id: 'own', occurred_at: NOW - 1_000 - index, endpoint, module: 'm'.repeat(128) }),
    ),
  );
});
afterAll(() => api.close());

const Page = Type.Object({ next_cursor: Type.Union([Type.String(), Type.Null()]) });

/** Follows a list to its end; every page must be bounded. */
async function follow<Schema extends typeof Page>(schema: Schema, path: string) {
  const pages = [];
  for (let cursor = ''; ;) {
    const page = await api.read(schema, `${path}${cursor && `&cursor=${cursor}`}`, ADMIN);
    expect(Buffer.byteLength(JSON.stringify(page))).toBeLessThan(MAX_PAGE_BYTES + 1_000);
    pages.push(page);
    if (page.next_cursor === null) return pages;
    cursor = page.next_cursor;
  }
}

describe('lists of calls with the longest endpoints', () => {
  it('come in pages of bounded size that miss nothing: the call log', async () => {
    const pages = await follow(CallsAnswer, `/v1/orgs/own/calls?${RANGE}&limit=1000`);
    expect(pages.length).toBeGreaterThan(3);
    expect(pages.flatMap(({ calls }) => calls.map(({ endpoint }) => endpoint))).toEqual(ENDPOINTS);
  });

  it('and usage by endpoint, whose cursors fit into an address', async () => {
    const pages = await follow(
      UsageAnswer,
      `/v1/orgs/own/usage?${RANGE}&group_by=endpoint,module&limit=10000`,
    );
    expect(pages.flatMap(({ rows }) => rows.map(({ endpoint }) => endpoint))).toEqual(ENDPOINTS.toSorted());
    expect(pages.every(({ total }) => total.calls === ENDPOINTS.length)).toBe(true);
  });

  it('without pages are a 400 where they are too large', async () => {
    const { status, body } = await api.get(`/v1/orgs/own/usage?${RANGE}&group_by=endpoint`, ADMIN);
    expect({ status, body }).toMatchObject({ status: 400, body: { type: 'too-many-rows' } });
    const few = await api.get(`/v1/orgs/own/usage?${RANGE}&group_by=endpoint&top=5`, ADMIN);
    expect(few.status).toBe(200);
  });
});
