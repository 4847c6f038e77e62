import { spawn, type ChildProcess } from 'node:child_process';
import type { Browser, Page } from 'playwright-core';
import { freePort } from '../../deploy/local/ports.ts';
import { callEvent, insertEvents } from '../api/tables.ts';
import { mainOf, openPipeline, type PipelineUnderTest } from '../integration/pipeline.ts';
import { CLIENT, startIdentityProvider, type IdentityProvider } from '../servers/identity-provider.ts';
import { until } from '../until.ts';
import {
  chromiumPath,
  goTo,
  launchBrowser,
  openPage,
  shown,
  violationsOn,
  type WatchedPage,
} from './browser.ts';
import { startLoadBalancer, type LoadBalancer } from './load-balancer.ts';
import { PROGRAM_ENV } from '../servers/program-env.ts';

const SCREEN = '/calls?range=7d&method=GET';
/** Its figures are fetched again and again. */
const LIVE_SCREEN = '/?range=7d';
const ENDED = /^You(r session has ended| have been signed out)/;
const ACCOUNTS = {
  ann: { name: 'Ann Example', roles: ['credits-admins'], orgs: ['net-68'] },
  zoe: { name: 'Zoe', roles: ['credits-admins'], orgs: ['net-66'] },
  eve: { name: 'Eve', roles: ['gardeners'], orgs: ['net-68'] },
};

// Without a browser these are skipped, and `npm test` reports them as not run.
const inChromium = chromiumPath === '' ? describe.skip : describe;

inChromium('the dashboard with an identity provider and two API processes behind a load balancer', () => {
  let pipeline: PipelineUnderTest;
  let provider: IdentityProvider;
  let balancer: LoadBalancer;
  let secondApi: ChildProcess;
  let browser: Browser;
  let watched: WatchedPage;
  let page: Page;
  let settings: Record<string, string>;

  beforeAll(async () => {
    balancer = await startLoadBalancer();
    provider = await startIdentityProvider({ publicUrl: balancer.url, accounts: ACCOUNTS });
    settings = {
      OIDC_ISSUER: provider.issuer,
      OIDC_CLIENT_ID: CLIENT.id,
      OIDC_CLIENT_SECRET: CLIENT.secret,
      OIDC_NAME: 'Example ID',
      OIDC_ROLE_MAP: 'credits-admins=admin',
      PUBLIC_URL: balancer.url,
      SESSION_SECRET: 'a session secret that only this test run knows',
    };
    [pipeline, browser] = await Promise.all([openPipeline('oidc', settings), launchBrowser()]);
    const otherPort = String(await freePort());
    secondApi = spawn(process.execPath, [mainOf('api')], {
      env: { ...PROGRAM_ENV, ...pipeline.env, PORT: otherPort },
      stdio: 'ignore',
    });
    const [one, other] = [`http://127.0.0.1:${pipeline.env['PORT']}`, `http://127.0.0.1:${otherPort}`];
    await Promise.all([
      pipeline.start('api'),
      until('the second API answers', async () => (await fetch(`${other}/healthz`)).ok, 60_000),
      insertEvents(pipeline.client, [
        callEvent({ org_id: 'net-68', user_id: 'ann', occurred_at: Date.now() - 60_000, credits: 5 }),
      ]),
    ]);
    balancer.targets = [one, other];
    watched = await openPage(browser, balancer.url, { ignoreHTTPSErrors: true });
    ({ page } = watched);
    // The provider's pages ask for a font of the internet.
    await page.context().route(
      ({ hostname }) => hostname !== '127.0.0.1',
      (route) => route.abort('connectionrefused'),
    );
  }, 180_000);
  afterAll(async () => {
    const gone = new Promise((resolve) => secondApi.once('exit', resolve));
    secondApi.kill();
    await Promise.all([browser.close(), gone, pipeline.stop(), balancer.close(), provider.stop()]);
  });
  afterEach(() => {
    const errors = watched.errors.splice(0);
    if (errors.length > 0) throw new Error(errors.join('\n'));
  });

  const signInLink = () => page.getByRole('link', { name: 'Sign in with Example ID' });
  const typeLogin = async (login: string): Promise<void> => {
    await page.getByPlaceholder('Enter any login').fill(login);
    await page.getByPlaceholder('and password').fill('any');
    await page.getByRole('button', { name: 'Sign-in' }).click();
  };

  it('offers the provider, and a token as the other way', async () => {
    await page.goto(SCREEN);
    await signInLink().waitFor();
    expect(await page.getByText('Sign in with a token instead').count()).toBe(1);
  });

  it('says so while the provider is down', async () => {
    await provider.stop();
    await signInLink().click();
    const alert = page.getByRole('alert');
    await alert.waitFor();
    expect(await alert.innerText()).toMatch(/^Example ID does not answer\. Try again in a minute\./);
    expect(page.url()).toBe(balancer.url + SCREEN);
    await provider.start();
  });

  it('says that an account has no role, without axe violations, and lets the person use another', async () => {
    await signInLink().click();
    await typeLogin('eve');
    const alert = page.getByRole('alert');
    await alert.waitFor();
    expect(await alert.innerText()).toMatch(/^Your account at Example ID has no role here\./);
    expect(page.url()).toBe(balancer.url + SCREEN);
    expect(await violationsOn(page)).toEqual([]);
    await page.getByRole('link', { name: 'Use another account' }).click();
    await page.getByPlaceholder('Enter any login').waitFor();
  });

  it('signs in through the provider’s pages and shows the screen that the link names', async () => {
    await page.context().clearCookies();
    await page.goto(SCREEN);
    await signInLink().focus();
    await page.keyboard.press('Enter');
    await typeLogin('ann');
    await shown(page);
    expect(page.url()).toBe(balancer.url + SCREEN);
    expect(await page.getByRole('cell', { name: 'ann' }).count()).toBe(1);
    const processes = [...balancer.handled.keys()];
    expect(processes.toSorted()).toEqual(balancer.targets.toSorted());
  });

  it('keeps the session in a cookie of this host alone, and nothing that a script could use', async () => {
    const cookies = await page.context().cookies(`${balancer.url}/v1/`);
    const session = cookies.find(({ name }) => name === '__Host-api-credits-session');
    expect(session).toMatchObject({ httpOnly: true, secure: true, sameSite: 'Lax', path: '/' });
    const readable = await page.evaluate(
      `document.cookie + JSON.stringify([...Object.entries(localStorage), ...Object.entries(sessionStorage)])`,
    );
    expect(readable).not.toMatch(/eyJ/);
    expect(readable).not.toContain(session?.value.slice(0, 40));
  });

  it('shows who is signed in, as which role and until when, by keyboard too', async () => {
    await page.getByRole('button', { name: 'Ann Example' }).focus();
    await page.keyboard.press('Enter');
    const menu = page.getByRole('group', { name: 'Account' });
    await menu.waitFor();
    expect(await menu.innerText()).toMatch(
      /^Ann Example\s+User ID\s+ann\s+Role\s+Admin\s+Organisations\s+net-68/,
    );
    expect(await menu.innerText()).toMatch(/Until\s+\d+ \w+, \d\d:\d\d$/);
    expect(await violationsOn(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await menu.waitFor({ state: 'hidden' });
  });

  it('holds in another tab, and ends in both when one signs out, at the provider too', async () => {
    const other = await page.context().newPage();
    await other.goto('/credits');
    await other.getByRole('button', { name: 'Ann Example' }).waitFor();
    await other.getByRole('button', { name: 'Sign out' }).click();
    await other.getByRole('button', { name: 'Yes, sign me out' }).click();
    await other.getByRole('link', { name: 'Sign in with Example ID' }).waitFor();
    expect(other.url()).toBe(`${balancer.url}/`);
    await other.close();
    // The tab that was not used shows the sign-in at once, and keeps its address.
    await signInLink().waitFor();
    expect(page.url()).toBe(balancer.url + SCREEN);
    await signInLink().click();
    await page.getByPlaceholder('Enter any login').waitFor();
  });

  it('finishes a sign-in beside another tab that is in the middle of one', async () => {
    const other = await page.context().newPage();
    await other.goto('/credits');
    await other.getByRole('link', { name: 'Sign in with Example ID' }).click();
    await other.getByPlaceholder('Enter any login').waitFor();
    await typeLogin('ann');
    await shown(page);
    await other.goto('/credits');
    await other.getByRole('button', { name: 'Ann Example' }).waitFor();
    expect(other.url()).toBe(`${balancer.url}/credits`);
    await other.close();
  });

  it('becomes another person in every tab when one signs in in one of them', async () => {
    const other = await page.context().newPage();
    await other.goto('/sign-in?prompt=login&return=/credits');
    await other.getByPlaceholder('Enter any login').fill('zoe');
    await other.getByPlaceholder('and password').fill('any');
    await other.getByRole('button', { name: 'Sign-in' }).click();
    await other.getByRole('button', { name: 'Zoe' }).waitFor();
    await other.close();
    await page.getByRole('button', { name: 'Zoe' }).waitFor();
    await shown(page);
    expect(await page.locator('.brand').innerText()).toBe('net-66');
  });

  it('leads to the sign-in and back to the same screen when the session ended', async () => {
    await goTo(page, LIVE_SCREEN);
    await page.context().clearCookies({ name: '__Host-api-credits-session' });
    // Returning to the page.
    await page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`);
    await signInLink().waitFor();
    expect(await page.getByRole('alert').innerText()).toMatch(/^You have been signed out\./);
    // The provider still knows the browser.
    await signInLink().click();
    await shown(page);
    expect(page.url()).toBe(balancer.url + LIVE_SCREEN);
  });

  it('ends a session that is not used, although the screen fetches new figures all the time', async () => {
    await pipeline.kill('api');
    await pipeline.start('api', { SESSION_IDLE_MS: '4000' });
    balancer.targets = balancer.targets.slice(0, 1);
    await page.reload();
    // Of before: it ended during the restart or, where that was quick, ends on this page.
    await page.getByText(ENDED).waitFor();
    const signedIn = page.waitForResponse((response) => response.url().includes('/sign-in/callback'));
    await signInLink().click();
    await signedIn;
    await signInLink().waitFor();
    expect(await page.getByRole('alert').innerText()).toMatch(ENDED);
    expect(page.url()).toBe(balancer.url + LIVE_SCREEN);
  });
});
