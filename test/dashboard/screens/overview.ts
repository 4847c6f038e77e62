import type { Page } from 'playwright-core';
import { CreditsAnswer } from '../../../api/credits/route.ts';
import { UsageAnswer } from '../../../api/usage/answer.ts';
import { goTo, inAddress, screenOf, shown } from '../browser.ts';
import { iso, number, ofOrg } from '../expected.ts';
import { savedCsv } from '../saved.ts';
import type { OpenDashboard } from '../open-dashboard.ts';
import { OTHER, type SampleStack } from '../stack.ts';

const DAY_MS = 86_400_000;

const creditsOf = (rows: readonly Record<string, string>[]): number =>
  rows.reduce((sum, row) => sum + Number(row['credits']), 0);

/** The gauge, and who used its credits. */
export function overviewTests(opened: () => OpenDashboard): void {
  let page: Page;
  let stack: SampleStack;
  beforeAll(() => {
    ({ page, stack } = opened());
  });

  const usage = (from: number, to: string, rest = '') =>
    stack.read(UsageAnswer, ofOrg(`usage?from=${iso(from)}&to=${to}&product=crm&${rest}`));

  it('shows the gauge as the API answers for that moment', async () => {
    const { figures } = await screenOf(page);
    const credits = await stack.read(CreditsAnswer, ofOrg(`credits?at=${figures.get('as_of')}`));
    expect(credits.used).toBeGreaterThan(0);
    for (const name of ['used', 'unused', 'total', 'additional_used', 'over_limit'] as const) {
      expect([name, figures.get(name)]).toEqual([name, number(credits[name])]);
    }
    expect(figures.get('sum')).toBe(
      `Each panel adds up to the ${number(credits.used)} credits of the gauge.`,
    );
  });

  it('says that nothing is recorded about the organisation, so that its terms are assumed', async () => {
    await page.getByText('its sample terms: free edition, 1 user, 10,000 additional credits.').waitFor();
  });

  it('breaks the gauge down by user, app, route, method and status as the API does', async () => {
    const dimensions = ['user', 'app', 'route', 'method', 'status'] as const;
    const { figures, tables } = await screenOf(page, ...dimensions.map((by) => `.of-${by}`));
    const to = figures.get('as_of') ?? '';
    for (const [index, by] of dimensions.entries()) {
      const { rows } = await usage(Date.parse(to) - DAY_MS, to, `group_by=${by}&top=8`);
      expect(tables[index]?.slice(0, 8)).toEqual(
        rows.map((row) => [String(row[by]), number(row.credits), number(row.calls)]),
      );
    }
  });

  it('saves the users of the gauge as CSV, adding up to it', async () => {
    const { figures } = await screenOf(page);
    const rows = await savedCsv(page, page.getByRole('button', { name: 'Download users as CSV' }));
    expect(number(creditsOf(rows))).toBe(figures.get('used'));
  });

  it('saves all values of a panel as CSV, with the credits on screen', async () => {
    const { tables } = await screenOf(page, '.of-app');
    const rows = await savedCsv(page, page.getByRole('button', { name: 'Download CSV of all apps' }));
    const [app, credits] = tables[0]?.[0] ?? [];
    expect(number(Number(rows.find((row) => row['app'] === app)?.['credits']))).toBe(credits);
  });

  it('shows from which addresses the calls came, adding up to the credits on screen', async () => {
    await page.getByText('Source addresses', { exact: true }).click();
    await page.locator('.addresses tfoot').waitFor();
    const total = await page.locator('.addresses tfoot td').first().innerText();
    expect(total).toBe((await screenOf(page)).figures.get('used'));
    const rows = await savedCsv(
      page,
      page.getByRole('button', { name: 'Download CSV of all source addresses' }),
    );
    expect(number(creditsOf(rows))).toBe(total);
    await page.getByText('Source addresses', { exact: true }).click();
  });

  it('names a product without a subscription, and shows its calls without a gauge', async () => {
    await page.getByText(`bigin was called too: 1 call, ${OTHER.credits} credits.`).waitFor();
    await page.getByRole('link', { name: 'Show bigin' }).click();
    await page.getByText('No subscription for bigin').waitFor();
    await shown(page);
    const { figures, tables } = await screenOf(page, '.of-user');
    expect(figures.get('total-credits')).toBe(String(OTHER.credits));
    expect(tables[0]).toEqual([['eve', String(OTHER.credits), '1']]);
    await page.getByLabel('Product').selectOption('crm');
    await page.getByText('Credits in the last 24 hours').waitFor();
  });

  it('filters the screen by a clicked value, and shows the same when the address is opened again', async () => {
    await page.getByLabel('Range').selectOption('7d');
    await shown(page);
    const user = (await screenOf(page, '.of-user')).tables[0]?.[0]?.[0] ?? '';
    await page.locator('.of-user tbody button').first().click();
    await page.getByRole('button', { name: `Remove the filter User ${user}` }).waitFor();
    await shown(page);
    expect(inAddress(page, 'user')).toBe(user);
    const check = async (): Promise<void> => {
      const { figures, tables } = await screenOf(page, '.of-app');
      const to = figures.get('as_of') ?? '';
      const { total } = await usage(Date.parse(to) - 7 * DAY_MS, to, `user=${encodeURIComponent(user)}`);
      expect(figures.get('total-credits')).toBe(number(total.credits));
      expect(figures.get('total-calls')).toBe(number(total.calls));
      const sum = tables[0]?.reduce((all, [, credits = '']) => all + Number(credits.replaceAll(',', '')), 0);
      expect(sum).toBe(total.credits);
    };
    await check();
    await page.reload();
    await shown(page);
    await check();
    await page.getByRole('button', { name: 'Clear all' }).click();
    await page.locator('.chip').waitFor({ state: 'detached' });
    expect(inAddress(page, 'user')).toBeNull();
  });

  it('shows the endpoints of a chosen route', async () => {
    await page.getByLabel('Range').selectOption('24h');
    await shown(page);
    expect(await page.locator('.of-endpoint').count()).toBe(0);
    const [route = '', credits] = (await screenOf(page, '.of-route')).tables[0]?.[0] ?? [];
    await page.locator('.of-route tbody button').first().click();
    await page.locator('.of-endpoint').waitFor();
    await shown(page);
    const { figures, tables } = await screenOf(page, '.of-endpoint');
    const to = figures.get('as_of') ?? '';
    const { rows, total } = await usage(
      Date.parse(to) - DAY_MS,
      to,
      `group_by=endpoint&top=8&route=${encodeURIComponent(route)}`,
    );
    expect(number(total.credits)).toBe(credits);
    expect(tables[0]?.slice(0, 8)).toEqual(
      rows.map((row) => [String(row['endpoint']), number(row.credits), number(row.calls)]),
    );
    await page.getByRole('button', { name: `Remove the filter Route ${route}` }).click();
    await page.locator('.of-endpoint').waitFor({ state: 'detached' });
  });

  it('shows a custom range in the chosen zone, compared with the previous period', async () => {
    const to = iso(Math.floor(Date.now() / DAY_MS) * DAY_MS);
    const from = Date.parse(to) - 2 * DAY_MS;
    await goTo(page, `/?range=custom&from=${iso(from)}&to=${to}&zone=Asia/Kathmandu&compare=1`);
    const { total } = await usage(from, to);
    const before = await usage(from - 2 * DAY_MS, iso(from));
    expect((await screenOf(page)).figures.get('total-credits')).toBe(number(total.credits));
    const title = `${number(before.total.credits)} in the previous period`;
    expect(await page.getByTitle(title).count()).toBeGreaterThan(0);
    expect(await page.getByLabel('From').inputValue()).toMatch(/T05:45$/);
  });

  it('zooms into the bars dragged over, at the midnights of the zone', async () => {
    await goTo(page, '/?range=30d&zone=Asia/Kathmandu');
    const chart = await page.locator('.chart .u-over').boundingBox();
    if (chart === null) throw new Error('There is no chart.');
    const [middle, bar] = [chart.x + chart.width / 2, chart.width / 31];
    await page.mouse.move(middle, chart.y + 40);
    await page.mouse.down();
    await page.mouse.move(middle + 2 * bar, chart.y + 40, { steps: 3 });
    await page.mouse.up();
    await page.waitForURL(/range=custom/);
    for (const name of ['from', 'to']) expect(inAddress(page, name)).toMatch(/T18:15:00.000Z$/);
    await shown(page);
  });
}
