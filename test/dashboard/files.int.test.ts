import { gzipSync } from 'node:zlib';
import { SCREENS } from '../../api/dashboard/files.ts';
import { openApi, type ApiUnderTest } from '../api/api-under-test.ts';

const NOW = Date.parse('2026-11-22T10:00:00Z');
const BYTES_ALLOWED = 100_000;
/** Of each script that is loaded when a screen needs it. */
const LATER_BYTES_ALLOWED = 10_000;

let api: ApiUnderTest;
beforeAll(async () => {
  api = await openApi('pages', NOW, 'local');
});
afterAll(() => api.close());

const assets = () => [
  ...new Set(api.routes.map(({ url }) => url).filter((url) => url.startsWith('/assets/'))),
];

describe('the dashboard’s files', () => {
  it('serve one page at every screen’s address, revalidated each time', async () => {
    const pages = await Promise.all(SCREENS.map((url) => api.get(url)));
    for (const { status, headers, body } of pages) {
      expect({ status, body }).toEqual({ status: 200, body: pages[0]?.body });
      expect(headers).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-cache',
      });
    }
  });

  it('answer a wrong address with the page for a browser, and with a problem for a program', async () => {
    const page = await fetch(`${api.url}/nowhere`, { headers: { accept: 'text/html,*/*;q=0.8' } });
    const { body } = await api.get('/');
    expect({ status: page.status, body: await page.text() }).toEqual({ status: 404, body });
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    for (const headers of [{ accept: '*/*' }, { accept: 'application/json' }]) {
      expect(await api.send('/nowhere', { headers })).toMatchObject({
        status: 404,
        body: { type: 'not-found' },
      });
    }
    const underV1 = await api.send('/v1/nowhere', { headers: { accept: 'text/html' } });
    expect(underV1).toMatchObject({ status: 404, body: { type: 'not-found' } });
  });

  it('load immutable scripts and styles, and nothing from another origin', async () => {
    const { body } = await api.get('/');
    expect(assets().length).toBeGreaterThan(1);
    // Some screens are loaded when they are first shown.
    for (const url of assets()) {
      const { headers } = await api.get(url);
      expect(headers).toMatchObject({ 'cache-control': 'public, max-age=31536000, immutable' });
    }
    expect(String(body)).not.toMatch(/https?:/);
    // The content security policy allows neither inline scripts nor inline styles.
    expect(String(body)).not.toMatch(/<script>|<style|style=/);
  });

  it('are small: the scripts of a first visit are under 100 kB compressed, each of the other screens’ 10', async () => {
    const page = String((await api.get('/')).body);
    const sizeOf = async (urls: readonly string[]): Promise<number> => {
      const texts = await Promise.all(urls.map(async (url) => String((await api.get(url)).body)));
      return texts.reduce((sum, text) => sum + gzipSync(text).length, 0);
    };
    const scripts = assets().filter((url) => url.endsWith('.js'));
    const first = scripts.filter((url) => page.includes(url));
    expect(first.length).toBeGreaterThan(0);
    expect(await sizeOf(first)).toBeLessThan(BYTES_ALLOWED);
    const later = scripts.filter((url) => !page.includes(url));
    expect(later.length).toBeGreaterThan(2);
    for (const url of later) expect(await sizeOf([url])).toBeLessThan(LATER_BYTES_ALLOWED);
  });
});

describe('the first paint', () => {
  it('waits only for the style sheet and the few bytes that set the theme', async () => {
    const body = String((await api.get('/')).body);
    const scripts = body.match(/<script[^>]*>/g) ?? [];
    const [blocking, ...others] = scripts.filter((tag) => !tag.includes('type="module"'));
    expect({ blocking, others }).toEqual({ blocking: '<script src="/theme.js">', others: [] });
    expect(String((await api.get('/theme.js')).body).length).toBeLessThan(400);
    expect(body.match(/rel="stylesheet"/g)).toHaveLength(1);
  });
});
