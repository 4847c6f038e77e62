import { signToken, type Claims } from '../../../api/auth/tokens.ts';
import { listenWithoutServers, SECRET } from '../api-without-servers.ts';

const PER_MINUTE = 5;
const ADMIN: Claims = { role: 'admin', sub: 'ann', org: 'one' };

let api: Awaited<ReturnType<typeof listenWithoutServers>>;
beforeEach(async () => {
  api = await listenWithoutServers({ rateLimitPerMinute: PER_MINUTE });
});
afterEach(() => api.close());

/** An answer that needs no server: to an invalid parameter, or from the guard. */
async function send(claims?: Claims, from = '127.0.0.1') {
  const token = claims && (await signToken(SECRET, claims, Date.now() + 60_000));
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return api.send('/v1/orgs/one/credits?at=never', { headers, from });
}

async function statuses(count: number, claims?: Claims, from?: string): Promise<number[]> {
  const found: number[] = [];
  while (found.length < count) found.push((await send(claims, from)).status);
  return found;
}

const served = (status: number): number[] => Array.from({ length: PER_MINUTE }, () => status);

describe('the rate limit', () => {
  it('counts by the token’s subject, from any address, and reports what is left', async () => {
    expect((await send(ADMIN)).headers).toMatchObject({
      'ratelimit-policy': '"requests";q=5;w=60',
      ratelimit: '"requests";r=4;t=60',
      'x-ratelimit-limit': '5',
      'x-ratelimit-remaining': '4',
      'x-ratelimit-reset': '60',
    });
    await statuses(PER_MINUTE - 1, ADMIN, '127.0.0.2');
    const rejected = await send(ADMIN, '127.0.0.3');
    expect(rejected.status).toBe(429);
    expect(rejected.headers['content-type']).toBe('application/problem+json');
    expect(JSON.parse(rejected.text)).toMatchObject({ type: 'too-many-requests', status: 429 });
    expect(Number(rejected.headers['retry-after'])).toBeGreaterThan(0);
    expect(rejected.headers['x-ratelimit-remaining']).toBe('0');
    expect(rejected.headers['ratelimit']).toBe(`"requests";r=0;t=${rejected.headers['retry-after']}`);
  });

  it('never lets one subject use up the limit of another', async () => {
    expect(await statuses(PER_MINUTE + 1, ADMIN)).toEqual([...served(400), 429]);
    expect(await statuses(1, { ...ADMIN, sub: 'bob' })).toEqual([400]);
    expect(await statuses(1, { ...ADMIN, org: 'two' })).toEqual([404]);
    expect(await statuses(1, { ...ADMIN, role: 'user' })).toEqual([400]);
  });

  it('counts requests without a valid token by address, each address separately', async () => {
    expect(await statuses(PER_MINUTE + 1)).toEqual([...served(401), 429]);
    expect(await statuses(1, undefined, '127.0.0.9')).toEqual([401]);
    expect(await statuses(1, ADMIN)).toEqual([400]);
  });
});

describe('what must answer at any time', () => {
  const OPEN = [
    '/healthz',
    '/metrics',
    '/openapi.json',
    '/docs',
    '/docs/swagger-ui.css',
    '/',
    '/favicon.svg',
  ];

  it('is not counted, and no stranger can use it up', async () => {
    await statuses(PER_MINUTE + 1);
    for (const path of [...OPEN, ...OPEN]) {
      const { status, headers } = await api.send(path);
      expect({ path, status, limit: headers['x-ratelimit-limit'] }).toEqual({
        path,
        status: 200,
        limit: undefined,
      });
    }
    // ClickHouse is away: unready, but not for too many requests.
    expect((await api.send('/readyz')).status).toBe(503);
    expect(await statuses(1)).toEqual([429]);
  });

  it('does not use up what a stranger may ask', async () => {
    for (const path of OPEN) await api.send(path);
    expect(await statuses(PER_MINUTE)).toEqual(served(401));
  });

  it('leaves unknown addresses counted', async () => {
    for (let count = 0; count < PER_MINUTE; count += 1) expect((await api.send('/nothing')).status).toBe(404);
    expect((await api.send('/nothing')).status).toBe(429);
  });
});

const through = async (proxy: string, forwardedFor: string): Promise<number> =>
  (await api.send('/v1/orgs/one/credits', { from: proxy, headers: { 'x-forwarded-for': forwardedFor } }))
    .status;

const useUp = async (proxy: string, client: string): Promise<void> => {
  for (let count = 0; count < PER_MINUTE; count += 1) expect(await through(proxy, client)).toBe(401);
  expect(await through(proxy, client)).toBe(429);
};

describe('strangers behind a proxy', () => {
  const PROXY = '127.0.0.7';
  it('are one address where the proxy is not trusted: anyone can send the header', async () => {
    await useUp(PROXY, '203.0.113.1');
    expect(await through(PROXY, '203.0.113.2')).toBe(429);
  });

  it('are told apart where it is, by what the proxy saw', async () => {
    await api.close();
    api = await listenWithoutServers({ rateLimitPerMinute: PER_MINUTE, trustedProxies: ['127.0.0.6/31'] });
    await useUp(PROXY, '203.0.113.1');
    expect(await through(PROXY, '203.0.113.2')).toBe(401);
    // What a client makes up stands before what the proxy adds.
    expect(await through(PROXY, '198.51.100.9, 203.0.113.1')).toBe(429);
    // Past the proxy the header counts for nothing.
    await useUp('127.0.0.9', '203.0.113.3');
    expect(await through('127.0.0.9', '203.0.113.4')).toBe(429);
  });
});

describe('a forbidden request', () => {
  it('counts for its token’s subject, not for its address', async () => {
    const user: Claims = { role: 'user', sub: 'bob', org: 'one' };
    const token = await signToken(SECRET, user, Date.now() + 60_000);
    const headers = { authorization: `Bearer ${token}` };
    for (let count = 0; count < PER_MINUTE; count += 1) {
      expect((await api.send('/v1/charges', { headers })).status).toBe(403);
    }
    expect((await api.send('/v1/charges', { headers })).status).toBe(429);
    expect(await statuses(1)).toEqual([401]);
  });
});
