import { existsSync, mkdtempSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { createSignInCode, redeemSignInCode } from '../../api/dashboard/sign-in-codes.ts';
import { stackUsers } from '../../deploy/local/clickhouse-users.ts';
import { startClickHouse, type LocalClickHouse } from '../../deploy/local/clickhouse.ts';
import { openApi, type ApiUnderTest } from '../api/api-under-test.ts';
import { runDataDir, serverAddresses } from '../servers/addresses.ts';
import { chromiumPath, launchBrowser } from './browser.ts';

// Without a browser they are skipped, and `npm test` names them as not run.
const inChromium = chromiumPath === '' ? describe.skip : describe;

inChromium('a page of another origin, in a browser on the machine of a local stack', () => {
  let dir: string;
  let clickhouse: LocalClickHouse;
  let api: ApiUnderTest;
  let elsewhere: Server;
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    dir = mkdtempSync(join(runDataDir(), 'origin-'));
    elsewhere = createServer((_, response) => {
      response.setHeader('content-type', 'text/html');
      response.end('<!doctype html><title>elsewhere</title>');
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
    [clickhouse, api, browser] = await Promise.all([
      startClickHouse({ dataDir: dir, users: Object.values(stackUsers('api_credits')) }),
      openApi('origin', Date.now(), 'local', { signInDir: dir }),
      launchBrowser(),
    ]);
    page = await browser.newPage();
    const address = elsewhere.address();
    await page.goto(`http://localhost:${typeof address === 'object' ? address?.port : 0}/`);
  });
  afterAll(async () => {
    elsewhere.close();
    await Promise.all([browser.close(), clickhouse.stop(), api.close()]);
  });

  /** What the page's script gets to read; `nothing` where the browser keeps the answer from it. */
  const read = (url: string, init: object = {}): Promise<unknown> =>
    page.evaluate(
      `fetch(${JSON.stringify(url)}, ${JSON.stringify(init)}).then(
         (response) => response.type === 'opaque' ? 'nothing' : response.text(), () => 'nothing')`,
    );

  it('reads nothing of ClickHouse, also by the parameter that adds CORS headers', async () => {
    const query = encodeURIComponent('SELECT 1');
    for (const path of [`/?query=${query}`, '/?query=SHOW%20DATABASES&user=default', '/ping', '/play']) {
      const url = `${clickhouse.url}${path}${path.includes('?') ? '&' : '?'}add_http_cors_header=1`;
      expect([path, await read(url)]).toEqual([path, 'nothing']);
      expect([path, await read(url, { method: 'POST', body: 'SELECT 1' })]).toEqual([path, 'nothing']);
      const headers = { authorization: 'Basic ZGVmYXVsdDo=', 'x-clickhouse-user': 'default' };
      expect([path, await read(url, { headers })]).toEqual([path, 'nothing']);
    }
  });

  it('writes nothing through ClickHouse, where it needs no answer', async () => {
    const file = join(dir, 'written.csv');
    const query = `INSERT INTO FUNCTION file('${file}', CSV, 'a UInt8') SELECT 1`;
    await read(`${clickhouse.url}/`, { method: 'POST', mode: 'no-cors', body: query });
    const inAddress = `${clickhouse.url}/?query=${encodeURIComponent(query)}`;
    await read(inAddress, { method: 'POST', mode: 'no-cors' });
    await page.evaluate(`new Promise((resolve) => {
      const image = new Image();
      image.onerror = image.onload = resolve;
      image.src = ${JSON.stringify(inAddress)};
    })`);
    expect(existsSync(file)).toBe(false);
  });

  it('reads nothing of the API and its dashboard', async () => {
    for (const path of [
      '/',
      '/healthz',
      '/metrics',
      '/openapi.json',
      '/local/sign-in',
      '/v1/orgs/net-66/credits',
    ]) {
      expect([path, await read(api.url + path)]).toEqual([path, 'nothing']);
      expect([path, await read(api.url + path, { headers: { authorization: 'Bearer x' } })]).toEqual([
        path,
        'nothing',
      ]);
    }
  });

  it('cannot sign in, even with the code of a link, nor use the code up', async () => {
    const body = JSON.stringify({ code: createSignInCode(dir) });
    for (const init of [
      { headers: { 'content-type': 'application/json' } },
      { headers: { 'content-type': 'text/plain' } },
      { mode: 'no-cors' },
    ]) {
      const answer = await read(`${api.url}/local/sign-in/session`, { ...init, method: 'POST', body });
      expect(answer).toBe('nothing');
    }
    expect(redeemSignInCode(dir, String(JSON.parse(body).code))).toBe(true);
  });

  it('cannot show the dashboard in a frame', async () => {
    await page.evaluate(`document.body.innerHTML = '<iframe src="${api.url}/"></iframe>'`);
    const frame = page.frames().find((each) => each !== page.mainFrame());
    await frame?.waitForLoadState();
    expect(await frame?.locator('#app').count()).toBe(0);
  });

  it('reads nothing of Kafka', async () => {
    expect(await read(`http://${serverAddresses().kafkaBrokers}/`)).toBe('nothing');
  });
});
