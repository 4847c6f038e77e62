import { readFile } from 'node:fs/promises';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { BillingDaysAnswer } from '../../api/billing/days-answer.ts';
import { BillingAnswer } from '../../api/billing/route.ts';
import { CallsAnswer } from '../../api/calls/answer.ts';
import { CreditsAnswer } from '../../api/credits/route.ts';
import { EstimateAnswer } from '../../api/prices/estimate-route.ts';
import { UsageAnswer } from '../../api/usage/answer.ts';
import { chromiumPath, figuresOf, launchBrowser, openPage, rowsOf, shown, violationsOf } from './browser.ts';
import { openSampleStack, type SampleStack } from './stack.ts';

/** It uses additional credits on one day of the sample log's four. */
const ORG = 'net-68';
const ADMIN = { role: 'admin', sub: 'check', org: ORG } as const;
const DAY_MS = 86_400_000;

const number = (value: number): string => new Intl.NumberFormat('en-GB').format(value);
const dollars = (amount: string): string =>
  `US$${Number(amount) === 0 ? '0.00' : amount.replace(/(\.\d)$/, '$10')}`;

async function signIn(of: Page, role: string, user?: string): Promise<void> {
  await of.goto('/');
  await of.getByLabel('Organisation').selectOption(ORG);
  await of.getByLabel('Role').selectOption(role);
  if (user !== undefined) await of.getByLabel('User', { exact: true }).selectOption(user);
  await of.getByRole('button', { name: 'Sign in', exact: true }).click();
  await shown(of);
}

const org = (rest: string): string => `/v1/orgs/${ORG}/${rest}`;

/** The cells of the last column. */
const lastOf = (rows: string[][]) => rows.map((cells) => cells.at(-1));

// Without a browser they are skipped, and `npm test` names them as not run.
const inChromium = chromiumPath === '' ? describe.skip : describe;

inChromium('the dashboard in Chromium, over the sample log', () => {
  let stack: SampleStack;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let faults: string[];

  beforeAll(async () => {
    [stack, browser] = await Promise.all([openSampleStack(), launchBrowser()]);
    context = await newContext();
    ({ page, faults } = await openPage(context));
    await signIn(page, 'super_admin');
  }, 180_000);
  afterAll(async () => {
    await browser.close();
    await stack.pipeline.stop();
  }, 60_000);
  // Script errors and what the content security policy refused: of every test.
  afterEach(() => {
    if (faults.length > 0) throw new Error(faults.splice(0).join('\n'));
  });

  const newContext = () =>
    browser.newContext({
      baseURL: stack.url,
      locale: 'en-GB',
      timezoneId: 'UTC',
      viewport: { width: 1440, height: 900 },
    });

  async function open(path: string): Promise<void> {
    await page.goto(path);
    await shown(page);
  }

  const usage = (from: number, to: string, rest: string) =>
    stack.read(
      UsageAnswer,
      org(`usage?from=${new Date(from).toISOString()}&to=${to}&product=crm&${rest}`),
      ADMIN,
    );

  it('shows the gauge as the API says it of that moment', async () => {
    await open('/');
    const figures = await figuresOf(page);
    const credits = await stack.read(CreditsAnswer, org(`credits?at=${figures.get('as_of')}`), ADMIN);
    expect(credits.used).toBeGreaterThan(0);
    for (const name of ['used', 'unused', 'total', 'additional_used', 'over_limit'] as const) {
      expect([name, figures.get(name)]).toEqual([name, number(credits[name])]);
    }
    expect(figures.get('sum')).toBe(
      `Each panel adds up to the ${number(credits.used)} credits of the gauge.`,
    );
  });

  it('breaks the gauge down by user, app, endpoint, method and status as the API does', async () => {
    await open('/');
    const to = (await figuresOf(page)).get('as_of') ?? '';
    for (const by of ['user', 'app', 'endpoint', 'method', 'status'] as const) {
      const answer = await usage(Date.parse(to) - DAY_MS, to, `group_by=${by}&top=8`);
      const rows = await rowsOf(page, `.of-${by}`);
      expect(rows.slice(0, answer.rows.length)).toEqual(
        answer.rows.map((row) => [String(row[by]), number(row.credits), number(row.calls)]),
      );
    }
  });

  it('filters everything by what is clicked; the address shows the same when it is opened again', async () => {
    await open('/?range=7d');
    const user = (await rowsOf(page, '.of-user'))[0]?.[0] ?? '';
    await page.locator('.of-user tbody button').first().click();
    await page.getByRole('button', { name: `Remove the filter User ${user}` }).waitFor();
    await shown(page);
    expect(new URL(page.url()).searchParams.get('user')).toBe(user);
    const check = async (): Promise<void> => {
      const figures = await figuresOf(page);
      const to = figures.get('as_of') ?? '';
      const { total } = await usage(Date.parse(to) - 7 * DAY_MS, to, `user=${encodeURIComponent(user)}`);
      expect(figures.get('total-credits')).toBe(number(total.credits));
      expect(figures.get('total-calls')).toBe(number(total.calls));
      const apps = await rowsOf(page, '.of-app');
      expect(apps.reduce((sum, [, credits = '']) => sum + Number(credits.replaceAll(',', '')), 0)).toBe(
        total.credits,
      );
    };
    await check();
    await page.reload();
    await shown(page);
    await check();
    await page.getByRole('button', { name: 'Clear all' }).click();
    await page.locator('.chip').waitFor({ state: 'detached' });
    expect(new URL(page.url()).searchParams.has('user')).toBe(false);
  });

  it('shows a range of its own in the zone that is chosen, and the period before it', async () => {
    const to = new Date(Math.floor(Date.now() / DAY_MS) * DAY_MS).toISOString();
    const from = Date.parse(to) - 2 * DAY_MS;
    const custom = `range=custom&from=${new Date(from).toISOString()}&to=${to}`;
    await open(`/?${custom}&zone=Asia/Kathmandu&compare=1`);
    const { total } = await usage(from, to, '');
    const before = await usage(from - 2 * DAY_MS, new Date(from).toISOString(), '');
    expect((await figuresOf(page)).get('total-credits')).toBe(number(total.credits));
    await page
      .getByTitle(`${number(before.total.credits)} in the period before`)
      .first()
      .waitFor();
    expect(await page.getByLabel('From').inputValue()).toMatch(/T05:45$/);
  });

  it('shows the bill and each day’s charge as the API says', async () => {
    await open('/credits');
    const bill = await stack.read(BillingAnswer, org('billing'), ADMIN);
    const days = await stack.read(BillingDaysAnswer, org('billing/days'), ADMIN);
    const figures = await figuresOf(page);
    expect(figures.get('accrued')).toBe(dollars(bill.accrued.amount));
    expect(figures.get('days-amount')).toBe(dollars(days.total.amount));
    expect(days.days.some(({ billed_credits }) => billed_credits > 0)).toBe(true);
    const rows = await rowsOf(page, '.days');
    expect(rows.slice(0, 30).map(([, , ...cells]) => cells)).toEqual(
      days.days
        .toReversed()
        .map((day) => [
          number(day.used),
          number(day.additional_used),
          number(day.billed_credits),
          number(day.over_limit),
          dollars(day.amount),
        ]),
    );
  });

  it('explains a day down to its calls', async () => {
    const days = await stack.read(BillingDaysAnswer, org('billing/days'), ADMIN);
    const charged = days.days.find(({ billed_credits }) => billed_credits > 0);
    await open(`/credits?day=${charged?.day}`);
    await page.getByText('Terms of the day').waitFor();
    expect(await page.locator('.day-details').innerText()).toContain(
      `${number(charged?.additional_used ?? 0)} additional`,
    );
    await page.getByText('See the calls of this day').click();
    await shown(page);
    expect(new URL(page.url()).pathname).toBe('/calls');
    const range = `from=${charged?.from}&to=${charged?.to}`;
    const { calls } = await stack.read(CallsAnswer, org(`calls?${range}&limit=50`), ADMIN);
    expect(await page.locator('.calls tbody tr').count()).toBe(calls.length);
  });

  it('saves the listed days as the CSV and the PDF of the API', async () => {
    await open('/credits');
    const days = await stack.read(BillingDaysAnswer, org('billing/days'), ADMIN);
    const saved = async (name: string): Promise<Buffer> => {
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: `Download ${name}` }).click(),
      ]);
      expect(file.suggestedFilename()).toBe(
        `statement-${ORG}-crm-${days.from}-${days.to}.${name.toLowerCase()}`,
      );
      return readFile(await file.path());
    };
    const csv = (await saved('CSV')).toString('utf8');
    for (const day of days.days) expect(csv).toContain(day.day);
    expect((await saved('PDF')).subarray(0, 5).toString()).toBe('%PDF-');
  });

  it('lets the super admin set the limit, after saying what it costs at most', async () => {
    await open('/credits');
    await page.getByLabel('New limit').fill('80,000');
    await page.getByLabel('Why').fill('a busy week');
    await page.locator('[data-figure=preview-day]').waitFor();
    const estimate = await stack.read(EstimateAnswer, '/v1/estimate?credits=80000&days=30', ADMIN);
    expect((await figuresOf(page)).get('preview-day')).toBe(dollars(estimate.day_amount));
    expect((await figuresOf(page)).get('preview-day')).toBe('US$6.80');
    await page.getByRole('button', { name: 'Set limit' }).click();
    await page.getByText('Set to 80,000.').waitFor();
    await page.locator('[data-figure=limit]', { hasText: '80,000' }).waitFor();
    await page.getByRole('row', { name: /80,000 local a busy week/ }).waitFor();
    await page.getByRole('link', { name: 'Overview' }).click();
    await shown(page);
    expect((await figuresOf(page)).get('total')).toBe('85,000');
  });

  it('offers a user neither the bill nor the limit, and shows the own calls alone', async () => {
    const own = await newContext();
    const { page: theirs } = await openPage(own);
    await signIn(theirs, 'user');
    expect(await theirs.getByRole('navigation').getByRole('link').allInnerTexts()).toEqual([
      'Overview',
      'Call log',
      'Simulator',
    ]);
    await theirs.goto('/credits');
    await shown(theirs);
    expect(await theirs.getByText('Additional limit', { exact: true }).count()).toBe(0);
    expect((await rowsOf(theirs, '.of-user')).length).toBe(1);
    const refused: unknown = await theirs.evaluate(
      `fetch('${org('additional-limit')}', { method: 'PUT', body: '{"credits":1}', headers: {
         'content-type': 'application/json', authorization: 'Bearer ' + sessionStorage.getItem('token') } })
       .then((response) => response.status)`,
    );
    expect(refused).toBe(403);
    await own.close();
  });

  it('pages through the call log, and opens a call by its link', async () => {
    await open('/calls?range=7d');
    const calls = await stack.read(CallsAnswer, org('calls?limit=100'), ADMIN);
    expect(calls.calls.length).toBe(100);
    const expected = calls.calls.map((call) => number(call.credits));
    expect(lastOf(await rowsOf(page, '.calls'))).toEqual(expected.slice(0, 50));
    await page.getByRole('button', { name: 'Older' }).click();
    await page.waitForURL(/cursor=/);
    await shown(page);
    expect(lastOf(await rowsOf(page, '.calls'))).toEqual(expected.slice(50));
    const one = calls.calls[0];
    await open(`/calls?call=${one?.event_id}`);
    const text = await page.getByRole('dialog').innerText();
    expect(text).toContain(one?.event_id);
    expect(text).toContain(`by the rule ${one?.rule}`);
    await page.keyboard.press('Escape');
    await page.waitForURL((url) => !url.searchParams.has('call'));
  });

  it('simulates what credits cost', async () => {
    await open('/simulator?credits=250001&days=31');
    const estimate = await stack.read(EstimateAnswer, '/v1/estimate?credits=250001&days=31', ADMIN);
    const figures = await figuresOf(page);
    expect(figures.get('estimate-day')).toBe(`US$${estimate.day_amount}`);
    expect(figures.get('estimate-month')).toBe(`US$${estimate.amount}`);
    await page.getByLabel('Additional limit').fill('0');
    await page.getByRole('button', { name: 'Calculate' }).click();
    await page.locator('[data-figure=what-if]', { hasText: 'US$0.00' }).waitFor();
  });

  it('has nothing that axe objects to, light and dark, on a phone and a desktop', async () => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    const day = new Date(Date.now() - DAY_MS).toISOString().slice(0, 10);
    const found: string[] = [];
    for (const path of ['/', `/credits?day=${day}`, '/calls', '/simulator?limit=0']) {
      await open(path);
      for (const width of [360, 1440]) {
        await page.setViewportSize({ width, height: 900 });
        await page.emulateMedia({ colorScheme: 'light' });
        found.push(...(await violationsOf(page)).map((fault) => `${path} ${width} light ${fault}`));
        // Another theme has other colours, and nothing else.
        await page.emulateMedia({ colorScheme: 'dark' });
        const dark = await violationsOf(page, ['color-contrast']);
        found.push(...dark.map((fault) => `${path} ${width} dark ${fault}`));
        const isWider: unknown = await page.evaluate('document.documentElement.scrollWidth > innerWidth');
        if (isWider !== false) found.push(`${path} is wider than ${width}`);
      }
    }
    expect(found).toEqual([]);
  }, 180_000);

  it('keeps the last figures and says that they are old when the API dies, and recovers by itself', async () => {
    await open('/');
    const used = (await figuresOf(page)).get('used');
    await stack.pipeline.kill('api');
    await page.getByText('Not up to date.').waitFor();
    expect((await figuresOf(page)).get('used')).toBe(used);
    // The browser logs each refused connection itself.
    faults.length = 0;
    await stack.pipeline.start('api');
    await page.getByText('Not up to date.').waitFor({ state: 'detached' });
    faults.splice(0, faults.length, ...faults.filter((fault) => !fault.includes('ERR_CONNECTION_REFUSED')));
  });

  it('signs out where a token holds no longer, and says why', async () => {
    await open('/');
    await page.evaluate(
      `sessionStorage.setItem('token', sessionStorage.getItem('token').slice(0, -2) + 'xx')`,
    );
    await page.reload();
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').innerText()).toMatch(/not one of ours/);
    faults.length = 0;
  });
});
