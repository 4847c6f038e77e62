import type { Page } from 'playwright-core';
import { chromiumPath, goTo, violationsInPrint, violationsOn, screenOf } from './browser.ts';
import { iso } from './expected.ts';
import { openDashboard, type OpenDashboard } from './open-dashboard.ts';
import { rolesTests } from './roles.ts';
import { sessionTests } from './sessions.ts';
import { alertsTests } from './screens/alerts.ts';
import { budgetsTests } from './screens/budgets.ts';
import { callsTests } from './screens/calls.ts';
import { creditsTests } from './screens/credits.ts';
import { limitTests } from './screens/limit.ts';
import { platformTests } from './screens/platform.ts';
import { overviewTests } from './screens/overview.ts';
import { printTests } from './screens/print.ts';
import type { SampleStack } from './stack.ts';

const DAY_MS = 86_400_000;

// Without a browser these are skipped, and `npm test` reports them as not run.
const inChromium = chromiumPath === '' ? describe.skip : describe;

inChromium('the dashboard in Chromium, over the sample log', () => {
  let dashboard: OpenDashboard;
  let page: Page;
  let stack: SampleStack;
  beforeAll(async () => {
    dashboard = await openDashboard();
    ({ page, stack } = dashboard);
  }, 180_000);
  afterAll(() => dashboard.close());
  afterEach(() => {
    const errors = dashboard.errors.splice(0);
    if (errors.length === 0) return;
    const problems = stack.pipeline
      .logOf('api')
      .split('\n')
      .filter((line) => / 5\d\d|"level":[56]0|ERROR|WARN/.test(line));
    throw new Error([...errors, 'The ends of what the API logged:', ...problems.slice(-8)].join('\n'));
  });

  describe('the overview', () => {
    overviewTests(() => dashboard);
  });
  describe('the Credits tab', () => {
    creditsTests(() => dashboard);
  });
  describe('the additional limit', () => {
    limitTests(() => dashboard);
  });
  describe('the call log', () => {
    callsTests(() => dashboard);
  });

  describe('the alerts', () => {
    alertsTests(() => dashboard);
  });

  describe('the budgets', () => {
    budgetsTests(() => dashboard);
  });

  describe('on paper', () => {
    printTests(() => dashboard);
  });

  it('has no axe violations, light and dark, on a phone and a desktop', async () => {
    const yesterday = iso(Date.now() - DAY_MS).slice(0, 10);
    // Short lists: axe checks each element.
    const screens = [
      '/?range=7d&compare=1&app=fetch',
      `/credits?days_from=${yesterday}&days_to=${iso(Date.now()).slice(0, 10)}&day=${yesterday}`,
      '/calls?user=eve',
      '/simulator?limit=0',
      '/settings',
    ];
    const found: string[] = [];
    for (const path of screens) {
      await goTo(page, path);
      found.push(...(await violationsOn(page)));
      if (path.startsWith('/credits')) found.push(...(await violationsInPrint(page)));
    }
    expect(found).toEqual([]);
  });

  it('keeps the last figures and says that they are old while the API is down, and recovers by itself', async () => {
    await goTo(page, '/?range=30m');
    const used = (await screenOf(page)).figures.get('used');
    await stack.pipeline.kill('api');
    // Returning to the page refreshes it at once.
    await page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`);
    await page.getByText('Not up to date.').waitFor();
    expect((await screenOf(page)).figures.get('used')).toBe(used);
    await stack.pipeline.start('api');
    await page.getByText('Not up to date.').waitFor({ state: 'detached' });
  });

  it('signs out when the API no longer accepts the token, and says why, without axe objections', async () => {
    await page.evaluate(`localStorage.setItem('token', localStorage.getItem('token').slice(0, -2) + 'xx')`);
    await page.reload();
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').innerText()).toMatch(/The signature of the token does not match/);
    expect(await violationsOn(page)).toEqual([]);
  });

  describe('a session', () => {
    sessionTests(() => dashboard);
  });
  describe('by role', () => {
    rolesTests(() => dashboard);
  });
  describe('for the operator of the platform', () => {
    platformTests(() => dashboard);
  });
});
