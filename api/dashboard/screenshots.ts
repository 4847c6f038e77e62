/**
 * `npm run screenshots`: saves pictures of the running local stack's dashboard to docs/screenshots. First it sets
 * budgets and alert rules of one sample organisation, so that there is something to see.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { readSecrets } from '../../platform/tokens/secret.ts';
import { signToken } from '../auth/tokens.ts';
import { projectRoot } from '../../schemas/root.ts';
import { DAY_MS } from '../../schemas/time-units.ts';

const FOLDER = join(projectRoot(), 'docs', 'screenshots');
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'];
/** Organisations of the sample log: with additional credits now, with some on earlier days, and with the most calls. */
const [BUSY, BILLED, MOST_CALLS] = ['net-184', 'net-68', 'net-130'] as const;
const SAMPLE_DAYS = 4;
const ALERT_TRIES = 60;

interface Picture {
  readonly name: string;
  readonly path: string;
  readonly org: string;
  readonly theme?: 'light' | 'dark';
  readonly width?: number;
  readonly isFullPage?: boolean;
}

const chargedDay = new Date(Date.now() - (SAMPLE_DAYS / 2) * DAY_MS).toISOString().slice(0, 10);
const PICTURES: readonly Picture[] = [
  { name: 'overview', path: '/', org: BUSY, isFullPage: true },
  { name: 'overview-dark', path: '/?range=7d&compare=1', org: MOST_CALLS, theme: 'dark' },
  { name: 'overview-phone', path: '/', org: BUSY, width: 360 },
  { name: 'credits', path: `/credits?day=${chargedDay}`, org: BILLED },
  { name: 'alerts', path: '/alerts', org: BUSY },
  { name: 'budgets', path: '/budgets', org: BUSY },
  { name: 'calls', path: '/calls', org: MOST_CALLS },
  { name: 'simulator', path: '/simulator?credits=300000&edition=standard', org: BILLED },
];

const tokenOf = (org: string): Promise<string> =>
  signToken(readSecrets(process.env)[0], { role: 'super_admin', sub: 'ann', org }, Date.now() + DAY_MS);

/** What the pictures of alerts and budgets show. Each alert is raised once, so a second run changes nothing. */
const SET_FIRST: readonly (readonly [path: string, body: object])[] = [
  ['teams/crawlers', { users: ['184.66.149.103', '184.148.132.111', '184.153.164.52'] }],
  ['budgets/team/crawlers', { credits: 1_000 }],
  ['budgets/app/Mozilla%2F5.0', { credits: 12_000 }],
  ['budgets/user/184.154.149.126', { credits: 10_000 }],
  ['spending-cap', { amount: '50' }],
  [
    'alert-rules',
    {
      rules: [
        { rule_id: 'included', kind: 'included-share', percent: 80 },
        { rule_id: 'total', kind: 'total-share', percent: 60 },
        { rule_id: 'user', kind: 'user-share', percent: 50 },
        { rule_id: 'exhaustion', kind: 'exhaustion', hours: 4 },
      ],
    },
  ],
];

async function prepare(url: string): Promise<void> {
  const authorization = `Bearer ${await tokenOf(BUSY)}`;
  for (const [path, body] of SET_FIRST) {
    const response = await fetch(`${url}/v1/orgs/${BUSY}/${path}`, {
      method: 'PUT',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`PUT ${path}: ${response.status} ${await response.text()}`);
  }
  for (let tries = 0; tries < ALERT_TRIES; tries += 1) {
    const response = await fetch(`${url}/v1/orgs/${BUSY}/alerts`, { headers: { authorization } });
    if ((await response.text()).includes('"alert_id"')) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error(`No alert of ${BUSY} has been raised: is the process alerts running?`);
}

/** @returns the first contentful paint, in milliseconds after the start of loading */
async function take(browser: Browser, url: string, picture: Picture): Promise<number> {
  const { name, path, org, theme = 'light', width = 1280, isFullPage = false } = picture;
  const context = await browser.newContext({
    baseURL: url,
    viewport: { width, height: 800 },
    colorScheme: theme,
    locale: 'en-GB',
    reducedMotion: 'reduce',
  });
  await context.addInitScript(`localStorage.setItem('token', ${JSON.stringify(await tokenOf(org))})`);
  const page = await context.newPage();
  await page.goto(path);
  await page.locator('main .card').first().waitFor();
  while ((await page.locator('.loading, [aria-busy=true]').count()) > 0) await page.waitForTimeout(100);
  await page.waitForLoadState('networkidle');
  await page.screenshot({ path: join(FOLDER, `${name}.png`), fullPage: isFullPage });
  const paintedMs: unknown = await page.evaluate(
    `performance.getEntriesByName('first-contentful-paint')[0].startTime`,
  );
  await context.close();
  return Math.round(Number(paintedMs));
}

const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
mkdirSync(FOLDER, { recursive: true });
const browser = await chromium.launch({ executablePath, args: FLAGS });
const url = `http://127.0.0.1:${process.env['PORT']}`;
try {
  await prepare(url);
  for (const picture of PICTURES) {
    const paintedMs = await take(browser, url, picture);
    process.stdout.write(`docs/screenshots/${picture.name}.png, first paint after ${paintedMs} ms\n`);
  }
} finally {
  await browser.close();
}
