import type { Claims } from '../../../api/auth/tokens.ts';
import { openApi, type ApiUnderTest } from '../api-under-test.ts';
import { callEvent, insertEvents, insertSettings } from '../tables.ts';

const NOW = Date.parse('2026-11-22T10:00:00Z');

/** The roles of domain.md, each as it stands to the organisations `own` and `foreign`. */
const CALLERS = {
  super_admin: { role: 'super_admin', sub: 'ann', org: 'own' },
  admin: { role: 'admin', sub: 'ann', org: 'own' },
  user: { role: 'user', sub: 'ann', org: 'own' },
  analyst: { role: 'analyst', sub: 'ann', orgs: ['own', 'second'] },
  billing: { role: 'billing', sub: 'ann' },
  platform: { role: 'platform', sub: 'ann' },
} as const satisfies Record<string, Claims>;
type Role = keyof typeof CALLERS;
const ROLES: readonly Role[] = ['super_admin', 'admin', 'user', 'analyst', 'billing', 'platform'];

const RANGE = 'from=2026-11-21T00:00:00Z&to=2026-11-23T00:00:00Z';
/** Statuses by role, in the order of ROLES: for the own organisation, and for a foreign one. */
const EXPECTED: Record<string, { query: string; own: readonly number[]; foreign: readonly number[] }> = {
  '/v1/orgs/:org/credits': {
    query: '',
    own: [200, 200, 200, 200, 403, 403],
    foreign: [404, 404, 404, 404, 403, 403],
  },
  '/v1/orgs/:org/credits/users': {
    query: '',
    own: [200, 200, 200, 403, 403, 403],
    foreign: [404, 404, 404, 404, 403, 403],
  },
  '/v1/orgs/:org/usage': {
    query: RANGE,
    own: [200, 200, 200, 200, 403, 403],
    foreign: [404, 404, 404, 404, 403, 403],
  },
  '/v1/orgs/:org/calls': {
    query: RANGE,
    own: [200, 200, 200, 200, 403, 403],
    foreign: [404, 404, 404, 404, 403, 403],
  },
  '/v1/orgs/:org/billing/days': {
    query: '',
    own: [200, 200, 403, 403, 200, 403],
    foreign: [404, 404, 404, 404, 200, 403],
  },
};
const OPEN = ['/healthz', '/readyz'];

let api: ApiUnderTest;
beforeAll(async () => {
  api = await openApi('access', NOW);
  for (const org of ['own', 'foreign']) {
    await insertSettings(api.clickhouse, [
      { org, value: { time_zone: 'UTC', billing_day: 1 } },
      { org, product: 'crm', value: { edition: 'free', users: 1, additional_limit: 0 } },
    ]);
    await insertEvents(api.clickhouse, [
      callEvent({ org_id: org, occurred_at: NOW - 3_000, user_id: 'ann', credits: 2 }),
      callEvent({ org_id: org, occurred_at: NOW - 2_000, user_id: 'bob', credits: 5 }),
    ]);
  }
});
afterAll(() => api.close());

const pathOf = (url: string, org: string): string =>
  `${url.replace(':org', org)}?${EXPECTED[url]?.query ?? ''}`;

describe('who may what', () => {
  it('is decided for every route there is, and for no other', () => {
    const routes = api.routes.map(({ method, url }) => `${method} ${url}`);
    expect(routes.toSorted()).toEqual(
      [...Object.keys(EXPECTED), ...OPEN].map((url) => `GET ${url}`).toSorted(),
    );
  });

  const table = Object.entries(EXPECTED).flatMap(([url, expected]) =>
    ROLES.flatMap((role, index) => [
      { role, url, org: 'own', status: expected.own[index] },
      { role, url, org: 'foreign', status: expected.foreign[index] },
    ]),
  );
  it.each(table)('$role at $url of the $org organisation: $status', async ({ role, url, org, status }) => {
    expect((await api.get(pathOf(url, org), CALLERS[role])).status).toBe(status);
  });

  it.each(Object.keys(EXPECTED))('nobody reads %s without a token', async (url) => {
    const { status, headers } = await api.get(pathOf(url, 'own'));
    expect(status).toBe(401);
    expect(headers).toMatchObject({ 'www-authenticate': 'Bearer' });
  });

  it.each(OPEN)('%s needs no token', async (url) => {
    expect((await api.get(url)).status).toBe(200);
  });

  it.each(Object.keys(EXPECTED))('a foreign and an unknown organisation are the same at %s', async (url) => {
    for (const role of ['super_admin', 'admin', 'user', 'analyst'] as const) {
      const foreign = await api.get(pathOf(url, 'foreign'), CALLERS[role]);
      const unknown = await api.get(pathOf(url, 'unknown'), CALLERS[role]);
      expect(foreign).toMatchObject({ status: 404, body: { type: 'unknown-org' } });
      expect(JSON.stringify(foreign.body).replaceAll('foreign', 'unknown')).toBe(
        JSON.stringify(unknown.body),
      );
    }
  });

  it('an own organisation that nobody told us about is unknown too', async () => {
    const { status, body } = await api.get('/v1/orgs/new/credits', { ...CALLERS.admin, org: 'new' });
    expect(status).toBe(404);
    expect(body).toMatchObject({ type: 'unknown-org' });
  });

  it('an analyst reads every one of its organisations', async () => {
    await insertSettings(api.clickhouse, [
      { org: 'second', value: { time_zone: 'UTC', billing_day: 1 } },
      { org: 'second', product: 'crm', value: { edition: 'free', users: 1, additional_limit: 0 } },
    ]);
    expect((await api.get('/v1/orgs/second/credits', CALLERS.analyst)).status).toBe(200);
  });
});

describe('the role user', () => {
  const { user } = CALLERS;

  it('sees all of the credits of its organisation', async () => {
    expect((await api.get(pathOf('/v1/orgs/:org/credits', 'own'), user)).body).toMatchObject({ used: 7 });
  });

  it('sees its own consumption only', async () => {
    expect((await api.get('/v1/orgs/own/credits/users', user)).body).toMatchObject({
      users: [{ user_id: 'ann', calls: 1, credits: 2 }],
    });
    expect((await api.get(`/v1/orgs/own/usage?${RANGE}&group_by=user`, user)).body).toMatchObject({
      rows: [{ user: 'ann', calls: 1, credits: 2 }],
      total: { calls: 1, credits: 2, rejected: 0 },
    });
    expect((await api.get(`/v1/orgs/own/calls?${RANGE}`, user)).body).toMatchObject({
      calls: [{ user_id: 'ann', credits: 2 }],
      next_cursor: null,
    });
  });

  it('gets no calls of another user by asking for them', async () => {
    expect((await api.get(`/v1/orgs/own/calls?${RANGE}&user=bob`, user)).body).toMatchObject({ calls: [] });
    expect((await api.get(`/v1/orgs/own/calls?${RANGE}&user=ann`, user)).body).toMatchObject({
      calls: [{ user_id: 'ann' }],
    });
  });
});
