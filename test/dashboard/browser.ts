import axe from 'axe-core';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { Type } from 'typebox';
import { Value } from 'typebox/value';

/** For running as root in a container without a network; see Debian's package. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The Chromium that the test run found; empty if there is none. */
export const chromiumPath = process.env['CHROMIUM_PATH'] ?? '';

export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: chromiumPath, args: FLAGS });

/** A page and its errors. */
export interface WatchedPage {
  readonly page: Page;
  /** Script errors, content blocked by the security policy and other console errors, in order. */
  readonly errors: string[];
}

/**
 * The browser logs each 4xx answer and each failed connection by itself; the tests check what the page shows then.
 * A killed API ends the connections of requests under way, even within an answer, and refuses new ones.
 */
const EXPECTED_ERROR =
  /^Failed to load resource: (the server responded with a status of 4|net::ERR_(CONNECTION_(REFUSED|RESET|CLOSED)|EMPTY_RESPONSE|INCOMPLETE_CHUNKED_ENCODING|CONTENT_LENGTH_MISMATCH|SOCKET_NOT_CONNECTED))/;

export async function openPage(
  browser: Browser,
  baseURL: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({
    ...options,
    baseURL,
    locale: 'en-GB',
    timezoneId: 'UTC',
    reducedMotion: 'reduce',
    viewport: { width: 1440, height: 900 },
  });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !EXPECTED_ERROR.test(message.text()))
      errors.push(`${message.text()} ${message.location().url}`);
  });
  return { page, errors };
}

/** Waits until the screen has loaded. */
export async function shown(page: Page): Promise<void> {
  await page.locator('main:not(:has(.loading, [aria-busy=true])) .card').first().waitFor();
}

/** From the sign-in page to the first screen. */
export async function signIn(page: Page, org: string, role: string): Promise<void> {
  await page.getByLabel('Organisation').selectOption(org);
  await page.getByLabel('Role').selectOption(role);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('navigation').waitFor();
}

export const inAddress = (page: Page, name: string): string | null =>
  new URL(page.url()).searchParams.get(name);

/** Changes the address of the open page, as Back and Forward do. */
export async function goTo(page: Page, path: string): Promise<void> {
  await page.evaluate(
    `history.pushState(null, '', ${JSON.stringify(path)}); dispatchEvent(new PopStateEvent('popstate'))`,
  );
  await shown(page);
}

/** What a person reads on a screen at one moment. */
export interface Screen {
  /** By name; `as_of` is the time of the figures. */
  readonly figures: ReadonlyMap<string, string>;
  /** The cells of each table's body, row by row, in the order of the selectors. */
  readonly tables: readonly string[][][];
}

const Read = Type.Object({
  figures: Type.Array(Type.Tuple([Type.String(), Type.String()])),
  tables: Type.Array(Type.Array(Type.Array(Type.String()))),
});

/** @param selectors of tables, or of elements that contain one */
export async function screenOf(page: Page, ...selectors: string[]): Promise<Screen> {
  const read: unknown = await page.evaluate(
    `({
       figures: [...document.querySelectorAll('[data-figure]')].map((each) => [each.dataset.figure, each.textContent])
         .concat([...document.querySelectorAll('time')].map((each) => ['as_of', each.dateTime])),
       tables: ${JSON.stringify(selectors)}.map((selector) =>
         [...document.querySelectorAll(selector + ' tbody tr')]
           .map((row) => [...row.cells].map((cell) => cell.innerText.replaceAll('\\n', '').trim()))),
     })`,
  );
  const { figures, tables } = Value.Parse(Read, read);
  return { figures: new Map(figures), tables };
}

const Found = Type.Array(Type.String());

/**
 * The violations that axe finds, as `rule: element`.
 * @param rules the rules to check; all by default
 */
async function violationsOf(page: Page, rules?: readonly string[]): Promise<string[]> {
  const options = { resultTypes: ['violations'], ...(rules && { runOnly: rules }) };
  const found: unknown = await page.evaluate(
    `axe.run(document, ${JSON.stringify(options)})
       .then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes[0].html))`,
  );
  return Value.Parse(Found, found);
}

/** What makes a page wider than the screen: the last element in its order that ends beyond it; '' where nothing does. */
const WIDER_THAN_SCREEN = `document.documentElement.scrollWidth <= innerWidth ? '' :
  [...document.querySelectorAll('body *')].filter((each) => each.getBoundingClientRect().right > innerWidth)
    .map(({ tagName, className }) => tagName + ' ' + className).at(-1) ?? 'something'`;

/** Accessibility violations of the open screen, on a phone and a desktop, light and dark. Leaves it light, on the desktop. */
export async function violationsOn(page: Page): Promise<string[]> {
  const found: string[] = [];
  if ((await page.evaluate('typeof axe')) === 'undefined') await page.evaluate(axe.source);
  // The narrow one is also a desktop at a zoom of 400 %.
  for (const width of [320, 1440]) {
    const note = (theme: string) => (violation: string) => `${page.url()} ${width} ${theme} ${violation}`;
    await page.setViewportSize({ width, height: 900 });
    // The dark theme changes colours only.
    await page.emulateMedia({ colorScheme: 'dark' });
    found.push(...(await violationsOf(page, ['color-contrast'])).map(note('dark')));
    await page.emulateMedia({ colorScheme: 'light' });
    found.push(...(await violationsOf(page)).map(note('light')));
    const wide: unknown = await page.evaluate(WIDER_THAN_SCREEN);
    if (wide !== '') found.push(note('')(`is wider than the screen, as is ${String(wide)}`));
  }
  return found;
}

/** Contrast violations when the screen is printed from the dark theme. */
export async function violationsInPrint(page: Page): Promise<string[]> {
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  const found = await violationsOf(page, ['color-contrast']);
  await page.emulateMedia({ media: 'screen', colorScheme: 'light' });
  return found;
}
