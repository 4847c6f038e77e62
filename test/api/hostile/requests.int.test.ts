import { request } from 'node:http';
import { connect } from 'node:net';
import { Value } from 'typebox/value';
import { signToken, type Claims } from '../../../api/auth/tokens.ts';
import { ProblemSchema } from '../../../api/problems/schema.ts';
import { openApi, SECRET, type ApiUnderTest } from '../api-under-test.ts';
import { callEvent, insertEvents, insertSettings } from '../tables.ts';

const NOW = Date.parse('2026-11-22T10:00:00Z');
const ADMIN: Claims = { role: 'admin', sub: 'ann', org: 'own' };
const RANGE = 'from=2026-11-21T00:00:00Z&to=2026-11-23T00:00:00Z';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await openApi('hostile', NOW);
  await insertSettings(api.clickhouse, [
    { org: 'own', value: { time_zone: 'UTC', billing_day: 1 } },
    { org: 'own', product: 'crm', value: { edition: 'free', users: 1, additional_limit: 0 } },
  ]);
  await insertEvents(
    api.clickhouse,
    ['own', 'foreign'].map((org_id) =>
      callEvent({ org_id, occurred_at: NOW - 1_000, user_id: `${org_id}-user` }),
    ),
  );
});
afterAll(() => api.close());

const INJECTIONS = [
  "' OR 1=1 --",
  "'; DROP TABLE call_events; --",
  "' UNION ALL SELECT * FROM call_events --",
  '") OR org_id != ("own',
  '{org:String}',
  "\\' OR org_id = \\'foreign",
  '\\N',
  '\u0000',
  '\t\n\r',
  '%',
  '../../foreign',
  '🙈',
  '\u202Enwo',
];

describe('injections', () => {
  const names = ['product', 'user', 'app', 'method', 'endpoint'];
  it.each(INJECTIONS)('%j is a plain value that matches nothing', async (text) => {
    for (const name of names) {
      const path = `/v1/orgs/own/calls?${RANGE}&${name}=${encodeURIComponent(text)}`;
      expect(await api.get(path, ADMIN)).toMatchObject({ status: 200, body: { calls: [] } });
    }
    const usage = await api.get(`/v1/orgs/own/usage?${RANGE}&product=${encodeURIComponent(text)}`, ADMIN);
    expect(usage).toMatchObject({ status: 200, body: { total: { calls: 0 } } });
  });

  it.each(INJECTIONS)(
    '%j is not an instant, date, group, time zone, cursor, number or subscription',
    async (text) => {
      const value = encodeURIComponent(text);
      for (const path of [
        `/v1/orgs/own/credits?at=${value}`,
        `/v1/orgs/own/usage?from=${value}&to=${value}`,
        `/v1/orgs/own/usage?${RANGE}&group_by=${value}`,
        `/v1/orgs/own/usage?${RANGE}&time_zone=${value}`,
        `/v1/orgs/own/calls?cursor=${value}`,
        `/v1/orgs/own/calls?limit=${value}`,
        `/v1/orgs/own/calls?status=${value}`,
        `/v1/orgs/own/billing/days?from=${value}`,
      ]) {
        expect({ path, status: (await api.get(path, ADMIN)).status }).toEqual({ path, status: 400 });
      }
      expect((await api.get(`/v1/orgs/own/credits?product=${value}`, ADMIN)).body).toMatchObject({
        type: 'no-subscription',
      });
    },
  );

  it.each(INJECTIONS)('%j is an unknown organisation, even for a token that names it', async (text) => {
    const path = `/v1/orgs/${encodeURIComponent(text)}/usage?${RANGE}`;
    expect((await api.get(path, ADMIN)).body).toMatchObject({ type: 'unknown-org' });
    expect((await api.get(path, { ...ADMIN, org: text })).body).toMatchObject({ type: 'unknown-org' });
  });

  it('leave every table intact', async () => {
    const { body } = await api.get(`/v1/orgs/own/calls?${RANGE}`, ADMIN);
    expect(body).toMatchObject({ calls: [{ user_id: 'own-user' }] });
  });
});

describe('requests out of bounds', () => {
  it.each([
    ['/v1/orgs/own/usage?from=1970-01-01T00:00:00Z&to=2104-01-01T00:00:00Z', 400],
    ['/v1/orgs/own/usage?from=2103-12-01T00:00:00Z&to=2104-12-31T00:00:00Z&group_by=15m', 200],
    [
      '/v1/orgs/own/usage?from=1970-01-01T00:00:00Z&to=1971-02-01T00:00:00Z&group_by=day&time_zone=Asia/Tokyo',
      200,
    ],
    ['/v1/orgs/own/calls?to=1970-01-01T00:00:00Z', 200],
    ['/v1/orgs/own/billing/days?from=1970-02-02&to=1970-02-03', 200],
    ['/v1/orgs/own/billing/days?from=1969-12-31&to=1970-01-02', 400],
    ['/v1/orgs/own/credits?at=-271821-04-20T00:00:00Z', 400],
    [`/v1/orgs/${'x'.repeat(129)}/credits`, 404],
    ['/v1/orgs//credits', 404],
    ['/v1/orgs/own/credits/', 404],
    ['/v1/orgs/own', 404],
    ['/v1/orgs/own/credits?at=%', 400],
    ['/nothing', 404],
    ['/v1/orgs/own/credits?__proto__[x]=1', 400],
    ['/v1/orgs/own/credits?constructor=1', 400],
  ])('%s: %d', async (path, status) => {
    expect((await api.get(path, ADMIN)).status).toBe(status);
  });

  it('a name much longer than any organisation’s is a 414', async () => {
    const { status, body } = await api.get(`/v1/orgs/${'x'.repeat(2_000)}/credits`, ADMIN);
    expect(status).toBe(414);
    expect(body).toMatchObject({ type: 'address-too-long' });
  });

  it('a thousand groups are a 400', async () => {
    const groups = 'day,'.repeat(1_000);
    expect((await api.get(`/v1/orgs/own/usage?${RANGE}&group_by=${groups}`, ADMIN)).status).toBe(400);
  });

  it('a broken percent encoding is a 400', async () => {
    const { status, body } = await raw('/v1/orgs/%zz/credits');
    expect(status).toBe(400);
    expect(body).toMatchObject({ type: 'invalid-request' });
  });

  it('a URL longer than the header limit is a 431', async () => {
    const { status, body } = await raw(`/v1/orgs/own/credits?at=${'x'.repeat(20_000)}`);
    expect(status).toBe(431);
    expect(body).toMatchObject({ type: 'headers-too-large' });
  });

  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'TRACE'])(
    '%s at a resource that supports only GET is a 405',
    async (method) => {
      expect((await raw('/v1/orgs/own/credits', method)).status).toBe(405);
    },
  );

  it('a body of any size changes nothing', async () => {
    expect((await raw('/v1/orgs/own/credits', 'POST', 'x'.repeat(200_000))).status).toBeLessThan(500);
  });

  it('text that is not HTTP gets a problem document and loses the connection', async () => {
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(new URL(api.url).port), '127.0.0.1', () => socket.write('HELLO\r\n\r\n'));
      let text = '';
      socket.on('data', (data) => (text += data.toString()));
      socket.on('close', () => resolve(text));
      socket.on('error', reject);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('application/problem+json');
  });
});

describe('tokens in the wrong place or form', () => {
  it.each([
    'Basic YW5uOmFubg==',
    'Bearer',
    'Bearer ',
    'Bearer a b',
    'Bearer ..',
    'bearer x.y.z',
    'x'.repeat(5_000),
  ])('Authorization: %s is a 401', async (authorization) => {
    const response = await fetch(`${api.url}/v1/orgs/own/credits`, { headers: { authorization } });
    expect(response.status).toBe(401);
    expect(Value.Check(ProblemSchema, await response.json())).toBe(true);
  });

  it('a token in the query is ignored', async () => {
    const token = await signToken(SECRET, ADMIN, NOW + 60_000);
    expect((await api.get(`/v1/orgs/own/credits?access_token=${token}`)).status).toBe(401);
  });

  it('an analyst without organisations reads none', async () => {
    const claims: Claims = { role: 'analyst', sub: 'ann', orgs: [] };
    expect((await api.get('/v1/orgs/own/credits', claims)).status).toBe(404);
  });
});

/** Sends the path unchanged: fetch would normalise it. */
async function raw(path: string, method = 'GET', body?: string): Promise<{ status: number; body: unknown }> {
  const token = await signToken(SECRET, ADMIN, NOW + 60_000);
  return new Promise((resolve, reject) => {
    const { port } = new URL(api.url);
    const headers = { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) };
    const sent = request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      let text = '';
      response.on('data', (data) => (text += String(data)));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text && JSON.parse(text) }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
