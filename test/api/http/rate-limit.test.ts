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
