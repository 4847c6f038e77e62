import { matchesEtag } from '../../../api/http/conditional.ts';
import { listenWithoutServers } from '../api-without-servers.ts';

describe('If-None-Match (RFC 9110, 13.1.2)', () => {
  it.each(['W/"a"', '"a"', '*', ' * ', '"x", "a"', 'W/"x",W/"a"', '"x",, "a" ,', '"x,y" , "a"', '\t"a"'])(
    '%s names the representation W/"a"',
    (field) => expect(matchesEtag(field, 'W/"a"')).toBe(true),
  );

  it.each([
    '',
    '"b"',
    'a',
    'W/a',
    'w/"a"',
    '"a',
    '"A"',
    '"x a"',
    '"x" "a"',
    '*, "b"',
    '"a" x',
    '"x, \\"a\\""',
  ])('%s does not', (field) => expect(matchesEtag(field, 'W/"a"')).toBe(false));

  it('a list of any length is read in linear time', () => {
    const started = performance.now();
    expect(matchesEtag(`${'"x", '.repeat(3_000)}!`, 'W/"a"')).toBe(false);
    expect(matchesEtag(`${', '.repeat(7_000)}!`, 'W/"a"')).toBe(false);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

describe('a page', () => {
  let api: Awaited<ReturnType<typeof listenWithoutServers>>;
  beforeAll(async () => {
    api = await listenWithoutServers();
  });
  afterAll(() => api.close());

  const get = (url: string, headers: Record<string, string> = {}) => api.send(url, { headers });

  it.each([{}, { 'accept-encoding': 'gzip' }, { 'accept-encoding': 'br' }])(
    'has one weak tag for all its representations, and names what it varies by: %j',
    async (accepted) => {
      const { headers } = await get('/docs/swagger-ui.css', accepted);
      expect(headers['etag']).toMatch(/^W\/"[\w-]+"$/);
      expect(headers['etag']).toBe((await get('/docs/swagger-ui.css')).headers['etag']);
      expect(headers['vary']).toBe('accept-encoding');
    },
  );

  it('that is cached is a 304 with its tag and the headers of the cache', async () => {
    const whole = await get('/docs');
    const tag = String(whole.headers['etag']);
    for (const field of [tag, tag.replace('W/', ''), `"other", ${tag}`, '*']) {
      const { status, headers, text } = await get('/docs', { 'if-none-match': field });
      expect({ field, status, text }).toEqual({ field, status: 304, text: '' });
      for (const name of ['etag', 'vary', 'cache-control']) expect(headers[name]).toBe(whole.headers[name]);
    }
    expect((await get('/docs', { 'if-none-match': '"other"' })).status).toBe(200);
  });

  it.each(['/healthz', '/openapi.json', '/nothing', '/v1/orgs/one/credits'])(
    'and every other answer that may be compressed varies by accept-encoding: %s',
    async (url) => expect((await get(url)).headers['vary']).toBe('accept-encoding'),
  );
});
