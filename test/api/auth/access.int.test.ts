import type { Claims } from '../../../api/auth/tokens.ts';
import { mintEventId } from '../../../schemas/event-id.ts';
import { until } from '../../until.ts';
import type { Answer } from '../api-under-test.ts';
import { ALERT_ACCESS, type Expected } from './alert-access.ts';
import { callEvent, insertEvents } from '../tables.ts';
import { openWritableApi, type WritableApi } from '../writable-api.ts';
import { FILE_AND_PREVIEW_ACCESS } from './file-and-preview-access.ts';
import { bundledCatalogueJson } from '../../../schemas/bundled-catalogues.ts';

const DAY_MS = 86_400_000;
const NOW = Date.now();
const iso = (instant: number): string => new Date(instant).toISOString();
const TODAY = iso(NOW).slice(0, 10);

/** The roles of domain.md, bound to the organisation `own`. */
const CALLERS = {
  super_admin: { role: 'super_admin', sub: 'ann', org: 'own' },
  admin: { role: 'admin', sub: 'ann', org: 'own' },
  user: { role: 'user', sub: 'ann', org: 'own' },
  analyst: { role: 'analyst', sub: 'ann', orgs: ['own', 'second'] },
  billing: { role: 'billing', sub: 'ann' },
  platform: { role: 'platform', sub: 'ann' },
  publisher: { role: 'publisher', sub: 'ann', org: 'own' },
} as const satisfies Record<string, Claims>;
type Role = keyof typeof CALLERS;
const ROLES: readonly Role[] = [
  'super_admin',
  'admin',
  'user',
  'analyst',
  'billing',
  'platform',
  'publisher',
];

const RANGE = `from=${iso(NOW - DAY_MS)}&to=${iso(NOW + DAY_MS)}`;

/** The id of one of ann's calls in either organisation. */
const ANNS_CALL = mintEventId(NOW - 3_000, Buffer.alloc(10));

const EVENT = {
  org_id: 'own',
  product: 'bigin',
  user_id: 'eve',
  app_id: '-',
  method: 'GET',
  endpoint: '/',
  status: 200,
  credits: 0,
};

/** The bundled versions are always valid. */
const release = bundledCatalogueJson();

const FOREIGN = [404, 404, 404, 404, 403, 403, 403];
const ADMINS = { own: [200, 200, 403, 403, 403, 403, 403], foreign: FOREIGN };
const SUPER_ADMIN = { own: [200, 403, 403, 403, 403, 403, 403], foreign: FOREIGN };

const EXPECTED: Readonly<Record<string, Expected>> = {
  ...ALERT_ACCESS,
  'GET /v1/orgs/:org/credits': {
    own: [200, 200, 200, 200, 403, 403, 403],
    foreign: [404, 404, 404, 404, 403, 403, 403],
  },
  'GET /v1/orgs/:org/credits/users': {
    own: [200, 200, 200, 403, 403, 403, 403],
    foreign: [404, 404, 404, 404, 403, 403, 403],
  },
  'GET /v1/orgs/:org/usage': {
    query: RANGE,
    own: [200, 200, 200, 200, 403, 403, 403],
    foreign: [404, 404, 404, 404, 403, 403, 403],
  },
  'GET /v1/orgs/:org/calls': {
    query: RANGE,
    own: [200, 200, 200, 200, 403, 403, 403],
    foreign: [404, 404, 404, 404, 403, 403, 403],
  },
  'GET /v1/orgs/:org/calls/:event_id': {
    params: { event_id: ANNS_CALL },
    own: [200, 200, 200, 200, 403, 403, 403],
    foreign: [404, 404, 404, 404, 403, 403, 403],
  },
  'GET /v1/orgs/:org/conflicts': {
    query: RANGE,
    own: [200, 200, 403, 403, 403, 403, 403],
    foreign: [404, 404, 404, 404, 403, 403, 403],
  },
  'GET /v1/orgs/:org/credits/returning': {
    own: [200, 200, 200, 200, 403, 403, 403],
    foreign: [404, 404, 404, 404, 403, 403, 403],
  },
  'GET /v1/orgs/:org/billing/days': {
    own: [200, 200, 403, 403, 200, 403, 403],
    foreign: [404, 404, 404, 404, 200, 403, 403],
  },
  'GET /v1/orgs/:org/billing': {
    own: [200, 200, 403, 403, 200, 403, 403],
    foreign: [404, 404, 404, 404, 200, 403, 403],
  },
  'GET /v1/orgs/:org/billing/statement.csv': {
    own: [200, 200, 403, 403, 200, 403, 403],
    foreign: [404, 404, 404, 404, 200, 403, 403],
  },
  'GET /v1/orgs/:org/billing/statement.pdf': {
    own: [200, 200, 403, 403, 200, 403, 403],
    foreign: [404, 404, 404, 404, 200, 403, 403],
  },
  'GET /v1/orgs/:org/billing/days/:day/explanation': {
    params: { day: TODAY },
    own: [200, 200, 403, 403, 200, 403, 403],
    foreign: [404, 404, 404, 404, 200, 403, 403],
  },
  'GET /v1/orgs/:org/billing/what-if': {
    query: 'users=2',
    own: [200, 200, 403, 403, 200, 403, 403],
    foreign: [404, 404, 404, 404, 200, 403, 403],
  },
  'GET /v1/charges': { own: [403, 403, 403, 403, 200, 403, 403] },
  'GET /v1/charges/days/:day': { params: { day: TODAY }, own: [403, 403, 403, 403, 200, 403, 403] },
  'GET /v1/orgs/:org/additional-limit': ADMINS,
  'PUT /v1/orgs/:org/additional-limit': { ...SUPER_ADMIN, body: { credits: 5_000 } },
  'GET /v1/orgs/:org/budgets': ADMINS,
  'PUT /v1/orgs/:org/budgets/:scope/:name': {
    ...ADMINS,
    params: { scope: 'user', name: 'ann' },
    body: { credits: 9 },
  },
  'PUT /v1/orgs/:org/teams/:name': { ...ADMINS, params: { name: 'sales' }, body: { users: ['ann'] } },
  'PUT /v1/orgs/:org/spending-cap': { ...SUPER_ADMIN, body: { amount: '50' } },
  'PUT /v1/orgs/:org/gate': { ...SUPER_ADMIN, body: { mode: 'enforce', when_unreachable: null } },
  'GET /v1/orgs/:org/settings': {
    own: [200, 200, 403, 403, 403, 200, 403],
    foreign: [404, 404, 404, 404, 403, 200, 403],
  },
  'PATCH /v1/orgs/:org/settings': {
    body: { billing_day: 2 },
    own: [403, 403, 403, 403, 403, 200, 403],
    foreign: [404, 404, 404, 404, 403, 200, 403],
  },
  'GET /v1/orgs/:org/settings/history': {
    own: [200, 200, 403, 403, 403, 200, 403],
    foreign: [404, 404, 404, 404, 403, 200, 403],
  },
  'PUT /v1/orgs/:org/subscriptions/:product': {
    params: { product: 'crm' },
    body: { edition: 'free', users: 1 },
    own: [403, 403, 403, 403, 403, 200, 403],
    foreign: [404, 404, 404, 404, 403, 200, 403],
  },
  'GET /v1/orgs': { own: [403, 403, 403, 403, 200, 200, 403] },
  'POST /v1/orgs': {
    body: { org_id: 'new-one', time_zone: 'UTC', billing_day: 1 },
    own: [403, 403, 403, 403, 403, 201, 403],
  },
  'GET /v1/catalogues/editions': { own: [200, 200, 200, 200, 200, 200, 200] },
  'GET /v1/catalogues/prices': { own: [200, 200, 200, 200, 200, 200, 200] },
  'GET /v1/catalogues/costs': { own: [200, 200, 200, 200, 200, 200, 200] },
  'GET /v1/catalogues/history': { own: [403, 403, 403, 403, 403, 200, 403] },
  'POST /v1/catalogues/editions': {
    body: { ...Object(release.editions[0]), effective_at: '2100-01-01T00:00:00Z' },
    own: [403, 403, 403, 403, 403, 201, 403],
  },
  'POST /v1/catalogues/prices': {
    body: { ...Object(release.prices[0]), name: 'next', effective_at: '2100-01-01T00:00:00Z' },
    own: [403, 403, 403, 403, 403, 201, 403],
  },
  'POST /v1/catalogues/costs': {
    body: { ...Object(release.costs[0]), effective_at: '2100-01-01T00:00:00Z' },
    own: [403, 403, 403, 403, 403, 201, 403],
  },
  'GET /v1/estimate': { query: 'credits=80000', own: [200, 200, 200, 200, 200, 200, 200] },
  'POST /v1/events': { body: EVENT, own: [403, 403, 403, 403, 403, 403, 202] },
  'GET /v1/dead-letters': { own: [403, 403, 403, 403, 403, 200, 403] },
  'GET /v1/dead-letters/export': { own: [403, 403, 403, 403, 403, 200, 403] },
  'GET /v1/dead-letters/check': { own: [403, 403, 403, 403, 403, 200, 403] },
  // There is none.
  'GET /v1/dead-letters/:topic/:partition/:offset': {
    params: { topic: 'api-calls', partition: '0', offset: '0' },
    own: [403, 403, 403, 403, 403, 404, 403],
  },
  'POST /v1/dead-letters/replay': { body: { countable: true }, own: [403, 403, 403, 403, 403, 200, 403] },
  'GET /v1/dead-letters/replays/:replay': {
    params: { replay: 'one' },
    own: [403, 403, 403, 403, 403, 200, 403],
  },
  'GET /v1/reconciliation': { own: [403, 403, 403, 403, 200, 200, 403] },
  ...FILE_AND_PREVIEW_ACCESS,
};
const OPEN = [
  'GET /healthz',
  'GET /readyz',
  'GET /metrics',
  'GET /openapi.json',
  ...['', '/start.js', '/swagger-ui.css', '/swagger-ui-bundle.js'].map((file) => `GET /docs${file}`),
  ...[
    '',
    'credits',
    'calls',
    'alerts',
    'budgets',
    'simulator',
    'settings',
    'organisations',
    'catalogues',
    'platform-alerts',
    'dead-letters',
    'theme.js',
    'favicon.svg',
  ].map((file) => `GET /${file}`),
];

async function subscribe(org: string): Promise<void> {
  await api.write('POST', '/v1/orgs', { org_id: org, time_zone: 'UTC', billing_day: 1 });
  await api.write('PUT', `/v1/orgs/${org}/subscriptions/crm`, { edition: 'free', users: 1 });
}

let api: WritableApi;
beforeAll(async () => {
  api = await openWritableApi('access');
  await Promise.all([subscribe('own'), subscribe('foreign')]);
  for (const org of ['own', 'foreign']) {
    await insertEvents(api.clickhouse, [
      callEvent({ org_id: org, occurred_at: NOW - 3_000, event_id: ANNS_CALL, user_id: 'ann', credits: 2 }),
      callEvent({ org_id: org, occurred_at: NOW - 2_000, user_id: 'bob', credits: 5 }),
    ]);
  }
});
afterAll(() => api.close());

async function send(route: string, org: string, claims?: Claims): Promise<Answer> {
  const [method = '', url = ''] = route.split(' ');
  const { query = '', body, params = {} } = EXPECTED[route] ?? {};
  const path = url.replaceAll(/:(\w+)/g, (_, name: string) => (name === 'org' ? org : (params[name] ?? '')));
  return api.send(`${path}?${query}`, { method, body, ...(claims && { claims }) });
}

const expectedOf = (route: string, org: string, statuses: readonly number[] = []) =>
  statuses.map((status, index) => ({ role: ROLES[index] ?? 'user', route, org, status }));

describe('permissions', () => {
  it('are decided for exactly the routes that exist', () => {
    // The names of the dashboard's built files depend on their content; HEAD is compared with GET in http/head.test.ts.
    const routes = api.routes
      .filter(({ url, method }) => !url.startsWith('/assets/') && method !== 'HEAD')
      .map(({ method, url }) => `${method} ${url}`);
    expect(routes.toSorted()).toEqual([...Object.keys(EXPECTED), ...OPEN].toSorted());
  });

  const table = Object.entries(EXPECTED).flatMap(([route, { own, foreign }]) =>
    expectedOf(route, 'own', own).concat(expectedOf(route, 'foreign', foreign)),
  );
  it.each(table)(
    '$role at $route of the $org organisation: $status',
    async ({ role, route, org, status }) => {
      expect((await send(route, org, CALLERS[role])).status).toBe(status);
    },
  );

  it.each(Object.keys(EXPECTED))('%s without a token is a 401', async (route) => {
    const { status, headers } = await send(route, 'own');
    expect(status).toBe(401);
    expect(headers).toMatchObject({ 'www-authenticate': 'Bearer' });
  });

  it.each(OPEN)('%s needs no token', async (route) => {
    let status = 0;
    // /readyz gives up with 503 after two seconds, which a busy machine may need.
    await until(`${route} is served`, async () => {
      ({ status } = await send(route, 'own'));
      return status !== 503;
    });
    expect(status).toBe(200);
  });

  const ofOrgs = Object.keys(EXPECTED).filter((route) => route.includes(':org'));
  it.each(ofOrgs)('a foreign and an unknown organisation are the same at %s', async (route) => {
    for (const role of ['super_admin', 'admin', 'user', 'analyst'] as const) {
      const foreign = await send(route, 'foreign', CALLERS[role]);
      const unknown = await send(route, 'unknown', CALLERS[role]);
      expect(foreign).toMatchObject({ status: 404, body: { type: 'unknown-org' } });
      expect(JSON.stringify(foreign.body).replaceAll('foreign', 'unknown')).toBe(
        JSON.stringify(unknown.body),
      );
    }
  });

  it('the caller’s own organisation is unknown too while it has no settings', async () => {
    const { status, body } = await api.get('/v1/orgs/new/credits', { ...CALLERS.admin, org: 'new' });
    expect(status).toBe(404);
    expect(body).toMatchObject({ type: 'unknown-org' });
  });

  it('an analyst reads all of its organisations', async () => {
    await subscribe('second');
    expect((await api.get('/v1/orgs/second/credits', CALLERS.analyst)).status).toBe(200);
  });
});

describe('the role user', () => {
  const { user } = CALLERS;

  it('sees all of the credits of its organisation', async () => {
    expect((await send('GET /v1/orgs/:org/credits', 'own', user)).body).toMatchObject({ used: 7 });
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

  it('finds no calls of another user by filtering for them', async () => {
    expect((await api.get(`/v1/orgs/own/calls?${RANGE}&user=bob`, user)).body).toMatchObject({ calls: [] });
    expect((await api.get(`/v1/orgs/own/calls?${RANGE}&user=ann`, user)).body).toMatchObject({
      calls: [{ user_id: 'ann' }],
    });
  });
});
