import type { Claims } from '../../../api/auth/tokens.ts';
import { openApi, type ApiUnderTest } from '../api-under-test.ts';
import { callEvent, insertEvents, insertSettings } from '../tables.ts';

/** Cursors that a client has written: each list rejects them before they reach a query. */
const NOW = Date.parse('2026-11-22T10:00:00Z');
const ADMIN: Claims = { role: 'admin', sub: 'ann', org: 'own' };
const PLATFORM: Claims = { role: 'platform', sub: 'p' };
const BILLING: Claims = { role: 'billing', sub: 'b' };
const EVENT_ID = '01a20155-5c5a-7f2d-9545-72e0f1f0b750';
const RANGE = 'from=2026-11-21T00:00:00Z&to=2026-11-23T00:00:00Z';

const FAR_FUTURE = Date.parse('2104-06-01T00:00:00Z');
/** Numbers that no count, no instant and no column can be. */
const NUMBERS = ['-1', '1.5', '1e300', '1e+300', '9007199254740993', '9223372036854775808', 'null'];
/** And instants outside of 1970 to now. */
const INSTANTS = [
  ...NUMBERS,
  '281474976710656',
  String(NOW + 86_400_000),
  String(FAR_FUTURE),
  '"2104-06-01T00:00:00.000Z"',
];

interface List {
  readonly path: string;
  readonly claims: Claims;
  /** The JSON of crafted cursors. */
  readonly contents: readonly string[];
}

const positions = INSTANTS.map((instant) => `[${instant},"${EVENT_ID}"]`).concat('[1,"x"]', '[1,1]');
const LISTS: readonly List[] = [
  { path: '/v1/orgs/own/calls', claims: ADMIN, contents: positions },
  { path: '/v1/orgs/own/conflicts', claims: ADMIN, contents: positions },
  {
    path: '/v1/orgs/own/credits/users',
    claims: ADMIN,
    contents: [
      ...INSTANTS.map((instant) => `[${instant},0,"ann"]`),
      ...NUMBERS.map((credits) => `[${NOW},${credits},"ann"]`),
      `[${NOW},0,1]`,
      // In the former format.
      '["2104-06-01T00:00:00.000Z",0,""]',
      '["2026-11-22T09:00:00.000Z",1e+300,""]',
    ],
  },
  {
    path: `/v1/orgs/own/usage?${RANGE}&group_by=user,hour,status`,
    claims: ADMIN,
    contents: [
      ...INSTANTS.map((to) => `[${to},["ann",${NOW},200]]`),
      ...NUMBERS.map((hour) => `[${NOW},["ann",${hour},200]]`),
      ...NUMBERS.filter((each) => each !== '-1').map((status) => `[${NOW},["ann",${NOW},${status}]]`),
      `[${NOW},["ann"]]`,
    ],
  },
  { path: '/v1/orgs', claims: PLATFORM, contents: ['["none"]', '[1]', '"own"', '[]'] },
  {
    path: '/v1/charges',
    claims: BILLING,
    contents: NUMBERS.flatMap((offset) => [`["daily-charges",${offset}]`, `["other",${offset}]`]),
  },
];

const written = (content: string): string => Buffer.from(content).toString('base64url');

let api: ApiUnderTest;
beforeAll(async () => {
  api = await openApi('hostilecursors', NOW);
  await insertSettings(api.clickhouse, [
    { org: 'own', value: { time_zone: 'UTC', billing_day: 1 } },
    { org: 'own', product: 'crm', value: { edition: 'free', users: 1, additional_limit: 0 } },
  ]);
  await insertEvents(api.clickhouse, [callEvent({ org_id: 'own', occurred_at: NOW - 1_000 })]);
});
afterAll(() => api.close());

describe('a crafted cursor', () => {
  it.each(LISTS)('is a 400 at $path', async ({ path, claims, contents }) => {
    const cursors = ['x', 'W10', '%00', written('['.repeat(40)), ...contents.map((each) => written(each))];
    for (const cursor of cursors) {
      const { status, body } = await api.get(
        `${path}${path.includes('?') ? '&' : '?'}cursor=${cursor}`,
        claims,
      );
      const text = Buffer.from(cursor, 'base64url').toString();
      expect({ text, status, body }).toMatchObject({
        text,
        status: 400,
        body: { type: 'invalid-request', errors: [{ parameter: 'cursor' }] },
      });
    }
  });

  it('with a past instant returns the window of that instant, as `at` does', async () => {
    const cursor = written(`[${NOW - 3_600_000},0,""]`);
    const { status, body } = await api.get(`/v1/orgs/own/credits/users?cursor=${cursor}`, ADMIN);
    expect({ status, body }).toMatchObject({ status: 200, body: { as_of: '2026-11-22T09:00:00.000Z' } });
  });
});
