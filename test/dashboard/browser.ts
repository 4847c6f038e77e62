import axe from 'axe-core';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { until } from '../integration/pipeline.ts';

/** As root in a container, without a network: see Debian's package. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The Chromium that the run's preparation has found; empty where there is none. */
export const chromiumPath = process.env['CHROMIUM_PATH'] ?? '';

export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: chromiumPath, args: FLAGS });

/** A page, and everything that went wrong in it. */
export interface WatchedPage {
  readonly page: Page;
  /** Script errors, refused content and other console errors, as they came. */
  readonly faults: string[];
}

export async function openPage(context: BrowserContext): Promise<WatchedPage> {
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  return { page, faults };
}

/** Waits until everything of the screen has been read. */
export async function shown(page: Page): Promise<void> {
  await page.locator('main .card').first().waitFor();
  const pending = page.locator('.loading, [aria-busy=true]');
  await until(async () => (await pending.count()) === 0, 20_000, 'everything is shown');
}

/** The figures of the screen by their names, as they stand at one moment. */
export async function figuresOf(page: Page): Promise<ReadonlyMap<string, string>> {
  const found: unknown = await page.evaluate(
    `[...document.querySelectorAll('[data-figure]')].map((each) => [each.dataset.figure, each.textContent])
       .concat([...document.querySelectorAll('time')].map((each) => ['as_of', each.dateTime]))`,
  );
  if (!Array.isArray(found)) throw new Error('No figures.');
  return new Map(found.map((pair) => [String(pair[0]), String(pair[1])]));
}

/** The cells of a table's body, row by row. */
export async function rowsOf(page: Page, table: string): Promise<string[][]> {
  const found: unknown = await page.evaluate(
    `[...document.querySelectorAll(${JSON.stringify(`${table} tbody tr`)})]
       .map((row) => [...row.cells].map((cell) => cell.innerText.trim()))`,
  );
  if (!Array.isArray(found)) throw new Error('No rows.');
  return found.map((row) => (Array.isArray(row) ? row.map(String) : []));
}

/**
 * What axe objects to, as `rule: element`.
 * @param rules those alone; all if left out
 */
export async function violationsOf(page: Page, rules?: readonly string[]): Promise<string[]> {
  await page.evaluate(axe.source);
  const found: unknown = await page.evaluate(
    `axe.run(document, { resultTypes: ['violations'], ${rules ? `runOnly: ${JSON.stringify(rules)}` : ''} })
       .then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes[0].html))`,
  );
  if (!Array.isArray(found)) throw new Error('axe found neither something nor nothing.');
  return found.map(String);
}
