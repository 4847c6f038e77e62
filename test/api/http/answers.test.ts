import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { signToken } from '../../../api/auth/tokens.ts';
import { listenWithoutServers, SECRET } from '../api-without-servers.ts';

let api: Awaited<ReturnType<typeof listenWithoutServers>>;
beforeAll(async () => {
  api = await listenWithoutServers();
});
afterAll(() => api.close());

const get = (url: string, headers: Record<string, string> = {}) => api.send(url, { headers });

const plain = () => get('/openapi.json');

describe('compression', () => {
  it.each([
    ['br', brotliDecompressSync],
    ['gzip', gunzipSync],
  ])('%s is used if the client accepts it', async (encoding, decompress) => {
    const answer = await get('/openapi.json', { 'accept-encoding': encoding });
    expect(answer.headers).toMatchObject({ 'content-encoding': encoding, vary: 'accept-encoding' });
    expect(decompress(answer.bytes).toString()).toBe((await plain()).text);
    expect(answer.bytes.length).toBeLessThan((await plain()).bytes.length / 4);
  });

  it('of a body is a 415, unless it is the identity', async () => {
    const token = await signToken(SECRET, { role: 'platform', sub: 'p' }, Date.now() + 60_000);
    const statusOf = async (coding: string): Promise<number> => {
      const headers = {
        authorization: `Bearer ${token}`,
        'content-type': 'Application/JSON; Charset=utf-8',
        'content-encoding': coding,
      };
      return (await api.send('/v1/orgs', { method: 'POST', headers, body: '{}' })).status;
    };
    expect([await statusOf('gzip'), await statusOf('identity, br')]).toEqual([415, 415]);
    expect([await statusOf('identity'), await statusOf('Identity')]).toEqual([400, 400]);
  });

  it('is not used without accept-encoding, nor for small answers', async () => {
    expect((await plain()).headers['content-encoding']).toBeUndefined();
    const small = await get('/healthz', { 'accept-encoding': 'br, gzip' });
    expect(small.headers['content-encoding']).toBeUndefined();
  });
});

describe('x-request-id', () => {
  it.each(['7f1c', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', 'a:b.c_d'])(
    '%s is kept',
    async (id) => {
      expect((await get('/healthz', { 'x-request-id': id })).headers['x-request-id']).toBe(id);
    },
  );

  it.each(['', 'a b', "x'; DROP", '\u00fc', 'x'.repeat(65)])('%j is replaced', async (id) => {
    const { headers } = await get('/healthz', { 'x-request-id': id });
    expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('is on rejections too', async () => {
    for (const url of ['/v1/orgs/one/credits', '/nothing']) {
      expect((await get(url, { 'x-request-id': 'mine' })).headers['x-request-id']).toBe('mine');
    }
  });
});

describe('a request that reaches no route', () => {
  it.each([
    ['/v1/orgs/%zz/credits', 400],
    [`/v1/orgs/${'x'.repeat(2_000)}/credits`, 414],
  ])('%s has the headers of every answer', async (url, status) => {
    const answer = await get(url, { 'x-request-id': 'mine' });
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject({
      'x-request-id': 'mine',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
  });
});

describe('security headers', () => {
  it.each(['/healthz', '/docs', '/nothing', '/v1/orgs/one/credits'])('are on %s', async (url) => {
    const { headers } = await get(url);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
    });
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toMatch(/unsafe|https?:/);
  });
});

describe('a method that a resource does not support', () => {
  it.each([
    ['POST', '/healthz', 'GET, HEAD, OPTIONS'],
    ['DELETE', '/v1/orgs/one/credits', 'GET, HEAD, OPTIONS'],
    ['POST', '/v1/orgs/one/additional-limit', 'GET, HEAD, OPTIONS, PUT'],
    ['PUT', '/docs', 'GET, HEAD, OPTIONS'],
    ['TRACE', '/docs', 'GET, HEAD, OPTIONS'],
  ] as const)('%s %s is a 405 that names %s, token or not', async (method, url, allow) => {
    const answer = await api.send(url, { method, body: '{' });
    expect(answer.status).toBe(405);
    expect(answer.headers['allow']).toBe(allow);
    expect(JSON.parse(answer.text)).toMatchObject({ type: 'method-not-allowed', status: 405 });
  });

  it('at an unknown address stays a 404', async () => {
    expect((await api.send('/v2/x', { method: 'POST' })).status).toBe(404);
  });
});
