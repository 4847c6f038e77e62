import { namedEtag } from '../../../api/http/conditional.ts';
import { cpuMsOf } from '../../thread-cpu.ts';
import { listenWithoutServers } from '../api-without-servers.ts';

describe('If-None-Match (RFC 9110, 13.1.2)', () => {
  it.each(['W/"a"', '"a"', '*', ' * ', '"x", "a"', 'W/"x",W/"a"', '"x",, "a" ,', '"x,y" , "a"', '\t"a"'])(
    '%s names the representation "a"',
    (field) => expect(namedEtag(field, ['"a"'])).toBe('"a"'),
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
  ])('%s does not', (field) => expect(namedEtag(field, ['"a"'])).toBeUndefined());

  it('names the first of several', () => {
    expect(namedEtag('"c", "b"', ['"a"', '"b"', '"c"'])).toBe('"b"');
    expect(namedEtag('*', ['"a"', '"b"'])).toBe('"a"');
    expect(namedEtag(undefined, ['"a"'])).toBeUndefined();
  });

  it('a list of any length is read in linear time', () => {
    const cpuMs = cpuMsOf(() => {
      expect(namedEtag(`${'"x", '.repeat(3_000)}!`, ['"a"'])).toBeUndefined();
      expect(namedEtag(`${', '.repeat(7_000)}!`, ['"a"'])).toBeUndefined();
    });
    expect(cpuMs).toBeLessThan(1_000);
  });
});

describe('a page', () => {
  let api: Awaited<ReturnType<typeof listenWithoutServers>>;
  beforeAll(async () => {
    api = await listenWithoutServers();
  });
  afterAll(() => api.close());

  const get = (url: string, headers: Record<string, string> = {}) => api.send(url, { headers });

  it('has a strong tag for each of its representations, and names what it varies by', async () => {
    const tags = new Set<unknown>();
    for (const coding of ['identity', 'gzip', 'br']) {
      const { headers } = await get('/docs/swagger-ui.css', {
        'accept-encoding': coding,
        'x-no-compression': '1',
      });
      expect(headers['etag']).toMatch(/^"[\w-]+"$/);
      expect(headers['content-encoding'] ?? 'identity').toBe(coding);
      expect(headers['vary']).toBe('accept-encoding');
      tags.add(headers['etag']);
    }
    expect(tags.size).toBe(3);
  });

  it('that is cached is a 304 with its tag and the headers of the cache', async () => {
    for (const coding of ['identity', 'gzip', 'br']) {
      const accepted = { 'accept-encoding': coding };
      const url = '/docs/swagger-ui.css';
      const whole = await get(url, accepted);
      const tag = String(whole.headers['etag']);
      for (const field of [tag, `W/${tag}`, `"other", ${tag}`, `W/"other",W/${tag}`, '*']) {
        const { status, headers, text } = await get(url, { ...accepted, 'if-none-match': field });
        expect({ field, status, text }).toEqual({ field, status: 304, text: '' });
        for (const name of ['etag', 'vary', 'cache-control']) expect(headers[name]).toBe(whole.headers[name]);
      }
      // Cached in another coding, it is as current; the answer names the tag that the cache knows.
      const other = await get(url, { 'accept-encoding': 'br, gzip', 'if-none-match': tag });
      expect([other.status, other.headers['etag']]).toEqual([304, tag]);
    }
    expect((await get('/docs', { 'if-none-match': '"other"' })).status).toBe(200);
  });

  it.each(['/healthz', '/openapi.json', '/v1/orgs/one/credits'])(
    'and every other answer that may be compressed varies by accept-encoding: %s',
    async (url) => expect((await get(url)).headers['vary']).toBe('accept-encoding'),
  );
});
