import type { Page } from 'playwright-core';
import { goTo, shown, signIn } from './browser.ts';
import type { OpenDashboard } from './open-dashboard.ts';
import { ORG, type SampleStack } from './stack.ts';

/** Signing in, links that survive it, and the way back from wrong ones. */
export function sessionTests(opened: () => OpenDashboard): void {
  let page: Page;
  let stack: SampleStack;
  beforeAll(() => {
    ({ page, stack } = opened());
  });
  beforeEach(async () => {
    await page.evaluate(`localStorage.removeItem('token')`);
  });

  it('leads from a link to the sign-in and back to what the link names', async () => {
    await page.goto('/calls?range=7d&method=GET');
    await signIn(page, ORG, 'admin');
    await shown(page);
    expect(page.url()).toMatch(/\/calls\?range=7d&method=GET$/);
    expect(await page.getByRole('button', { name: 'Remove the filter Method GET' }).count()).toBe(1);
  });

  it('holds in another tab, and ends in both when one signs out', async () => {
    await page.goto('/');
    await signIn(page, ORG, 'admin');
    const other = await page.context().newPage();
    await other.goto('/credits');
    await other.getByText('so far, for').waitFor();
    await other.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
    await other.close();
  });

  it('has a way back from a foreign organisation, a wrong address and a range that is too long', async () => {
    await page.goto('/');
    await signIn(page, ORG, 'admin');
    await page.goto('/credits?org=net-1000');
    await page.getByRole('link', { name: `Go to ${ORG}` }).click();
    await page.getByText('so far, for').waitFor();

    await page.goto('/nowhere');
    await page.getByRole('heading', { name: 'Page not found' }).waitFor();
    await page.locator('main').getByRole('link', { name: 'Call log' }).click();
    await shown(page);

    await goTo(page, '/?range=custom&from=2024-01-01T00:00:00Z&to=2026-01-01T00:00:00Z');
    await page.getByText('Choose a range of at most 13 months.').first().waitFor();
    expect(await page.locator('.loading').count()).toBe(0);
    await page.getByRole('link', { name: 'Show the default range' }).click();
    await page.locator('.chart').waitFor();
  });

  it('shows today’s charge on the gauge as the bill has it, also after the limit was lowered', async () => {
    const org = 'net-lowered';
    await stack.use(org, 15_418);
    const headers = {
      authorization: `Bearer ${await stack.tokenOf({ role: 'super_admin', sub: 'ann', org })}`,
      'content-type': 'application/json',
    };
    for (const credits of [20_000, 0]) {
      const url = `${stack.url}/v1/orgs/${org}/additional-limit`;
      const { status } = await fetch(url, { method: 'PUT', headers, body: JSON.stringify({ credits }) });
      expect(status).toBe(200);
    }
    await page.evaluate(`localStorage.setItem('token', ${JSON.stringify(headers.authorization.slice(7))})`);
    await page.goto('/');
    await shown(page);
    expect(await page.locator('[data-figure=over_limit]').innerText()).toBe('10,418');
    expect(await page.locator('[data-figure=billed-today]').innerText()).toBe('10,418');
    const amount = await page.locator('[data-figure=amount-today]').innerText();
    expect(await page.locator('.gauge').innerText()).not.toMatch(/not billed/);
    await page.getByText('keeps the day’s highest limit, 20,000').waitFor();
    await page.getByRole('link', { name: 'View details' }).click();
    await page.locator('.day-details').waitFor();
    expect(await page.locator('[data-figure=accrued]').innerText()).toBe(amount);
  });
}
