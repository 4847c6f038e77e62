import { signToken } from '../../../api/auth/tokens.ts';
import type { RouteSummary } from '../../../api/openapi/describe-routes.ts';
import { listenWithoutServers, openWithoutServers, SECRET } from '../api-without-servers.ts';

/** These differ between any two answers; without a body there is nothing to transfer in chunks. */
const VARYING = new Set([
  'date',
  'x-request-id',
  'ratelimit',
  'x-ratelimit-remaining',
  'x-ratelimit-reset',
  'transfer-encoding',
]);

let api: Awaited<ReturnType<typeof listenWithoutServers>>;
let routes: readonly RouteSummary[];
beforeAll(async () => {
  api = await listenWithoutServers();
  const unopened = await openWithoutServers();
  routes = unopened.routes;
  await unopened.close();
});
afterAll(() => api.close());

async function answer(method: string, url: string, headers: Record<string, string> = {}) {
  const { status, headers: answered, text } = await api.send(url, { method, headers });
  const lasting = Object.entries(answered).filter(([name]) => !VARYING.has(name));
  return { status, headers: Object.fromEntries(lasting), text };
}

const addressOf = (url: string): string => url.replaceAll(/:\w+/g, 'one');
const accessOf = (method: string): string[] =>
  routes.filter((route) => route.method === method).map(({ url, access }) => `${url} ${access}`);
const urlsOf = (method: string): string[] =>
  routes.filter((route) => route.method === method).map(({ url }) => url);

describe('HEAD', () => {
  it('is answered by exactly the resources that answer GET, with the same access', () => {
    expect(accessOf('HEAD').length).toBeGreaterThan(30);
    expect(accessOf('HEAD').toSorted()).toEqual(accessOf('GET').toSorted());
  });

  it.each([{}, { 'accept-encoding': 'br' }, { 'accept-encoding': 'gzip' }])(
    'has the status and headers of GET with %j, and no body, without a token and with one',
    async (accepted) => {
      const claims = { role: 'super_admin', sub: 'ann', org: 'one' } as const;
      const authorization = `Bearer ${await signToken(SECRET, claims, Date.now() + 60_000)}`;
      for (const url of urlsOf('GET')) {
        // It measures the process itself.
        if (url === '/metrics') continue;
        for (const caller of 'accept-encoding' in accepted ? [{}] : [{}, { authorization }]) {
          const headers = { ...accepted, ...caller };
          const head = await answer('HEAD', addressOf(url), headers);
          expect({ url, ...head }).toEqual({
            url,
            ...(await answer('GET', addressOf(url), headers)),
            text: '',
          });
        }
      }
    },
  );

  it.each(['/nothing', '/v1/orgs/%zz/credits', `/v1/orgs/${'x'.repeat(2_000)}/credits`])(
    'is GET without the body at %s too',
    async (url) => {
      const { status, headers } = await answer('GET', url);
      expect(await answer('HEAD', url)).toEqual({ status, headers, text: '' });
    },
  );

  it('is GET at a wrong address of the dashboard too, whose answer depends on Accept', async () => {
    for (const accept of ['text/html', 'application/json']) {
      const { status, headers } = await answer('GET', '/nothing', { accept });
      expect(await answer('HEAD', '/nothing', { accept })).toEqual({ status, headers, text: '' });
      expect(headers['vary']).toBe('accept, accept-encoding');
    }
  });

  it('has the size of the page', async () => {
    const { headers } = await answer('HEAD', '/docs');
    expect(headers['content-length']).toBe(String((await api.send('/docs')).bytes.length));
  });

  it('is a 304 for what the client has cached', async () => {
    const { headers } = await answer('HEAD', '/docs');
    const again = await answer('HEAD', '/docs', { 'if-none-match': String(headers['etag']) });
    expect(again).toMatchObject({ status: 304, text: '' });
  });

  it('counts towards the rate limit', async () => {
    const limited = await listenWithoutServers({ rateLimitPerMinute: 1 });
    const url = '/v1/orgs/one/credits';
    expect((await limited.send(url, { method: 'HEAD' })).status).toBe(401);
    const { status, headers } = await limited.send(url, { method: 'HEAD' });
    expect(status).toBe(429);
    expect(headers).toMatchObject({ 'content-type': 'application/problem+json' });
    await limited.close();
  });
});

describe('OPTIONS', () => {
  it('lists the methods of every resource, without a body and without CORS headers', async () => {
    const preflight = { origin: 'http://elsewhere.example', 'access-control-request-method': 'PUT' };
    for (const url of new Set(routes.map((route) => route.url))) {
      const methods = routes.filter((route) => route.url === url).map(({ method }) => method);
      const { status, headers, text } = await answer('OPTIONS', addressOf(url), preflight);
      const allow = [...methods, 'OPTIONS'].toSorted().join(', ');
      expect({ url, status, allow: headers['allow'], text }).toEqual({ url, status: 204, allow, text: '' });
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
    }
  });

  it('is a 204 for the server as a whole, and a 404 for an unknown address', async () => {
    expect((await answer('OPTIONS', '/nothing')).status).toBe(404);
    expect((await api.exchange('OPTIONS * HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')).status).toBe(
      204,
    );
  });

  it('reads no body', async () => {
    const headers = { 'content-type': 'application/json', 'content-length': '1' };
    expect((await api.send('/v1/orgs', { method: 'OPTIONS', headers, body: '{' })).status).toBe(204);
  });
});
