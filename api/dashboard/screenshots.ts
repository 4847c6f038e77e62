/** `npm run screenshots`: saves pictures of the running local stack's dashboard to docs/screenshots. */
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
  { name: 'calls', path: '/calls', org: MOST_CALLS },
  { name: 'simulator', path: '/simulator?credits=300000&edition=standard', org: BILLED },
];

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
  const [secret] = readSecrets(process.env);
  const token = await signToken(secret, { role: 'super_admin', sub: 'ann', org }, Date.now() + DAY_MS);
  await context.addInitScript(`localStorage.setItem('token', ${JSON.stringify(token)})`);
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
try {
  for (const picture of PICTURES) {
    const paintedMs = await take(browser, `http://127.0.0.1:${process.env['PORT']}`, picture);
    process.stdout.write(`docs/screenshots/${picture.name}.png, first paint after ${paintedMs} ms\n`);
  }
} finally {
  await browser.close();
}
