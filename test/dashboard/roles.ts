import type { Page } from 'playwright-core';
import type { Claims } from '../../api/auth/tokens.ts';
import { goTo, screenOf, shown, signIn } from './browser.ts';
import { ofOrg } from './expected.ts';
import type { OpenDashboard } from './open-dashboard.ts';
import { ORG, type SampleStack } from './stack.ts';

/** Each role is offered what it may do. */
export function rolesTests(opened: () => OpenDashboard): void {
  let page: Page;
  let stack: SampleStack;
  beforeAll(() => {
    ({ page, stack } = opened());
  });
  beforeEach(async () => {
    await page.evaluate(`localStorage.removeItem('token')`);
    await page.goto('/');
  });

  /** Without the numbers of unread alerts. */
  const offered = async (): Promise<string[]> =>
    (await page.getByRole('navigation').getByRole('link').allInnerTexts()).map((text) =>
      text.replace(/[\d+].*$/s, '').trim(),
    );

  const signInWithToken = async (claims: Claims): Promise<void> => {
    await page.getByText('Sign in with a token instead').click();
    await page.getByLabel('Token').fill(await stack.tokenOf(claims));
    await page.getByRole('button', { name: 'Sign in with this token' }).click();
  };
  /** From the list, which roles that are not bound to an organisation see first. */
  const choose = async (org: string): Promise<void> => {
    await page.getByLabel('Find an organisation').fill(org);
    await page.getByRole('link', { name: org, exact: true }).click();
  };

  it('offers a user neither the bill nor the limit, and shows only their own calls', async () => {
    await signIn(page, ORG, 'user');
    await shown(page);
    expect(await offered()).toEqual(['Overview', 'Call log', 'Simulator']);
    await goTo(page, '/credits');
    expect(await page.getByText('Additional limit', { exact: true }).count()).toBe(0);
    expect((await screenOf(page, '.of-user')).tables[0]).toHaveLength(1);
    const status: unknown = await page.evaluate(
      `fetch('${ofOrg('additional-limit')}', { method: 'PUT', body: '{"credits":1}', headers: {
         'content-type': 'application/json', authorization: 'Bearer ' + localStorage.getItem('token') } })
       .then((response) => response.status)`,
    );
    expect(status).toBe(403);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
  });

  it('shows an admin the limit without the form to change it', async () => {
    await signIn(page, ORG, 'admin');
    await page.getByRole('link', { name: 'Credits' }).click();
    await page.getByText('Only a super admin can change the limit.').waitFor();
    expect(await page.getByLabel('New limit').count()).toBe(0);
  });

  it('lets the billing role choose among several products and see charges only', async () => {
    const platform = await stack.tokenOf({ role: 'platform', sub: 'petra' });
    const { status } = await fetch(stack.url + ofOrg('subscriptions/bigin'), {
      method: 'PUT',
      headers: { authorization: `Bearer ${platform}`, 'content-type': 'application/json' },
      body: JSON.stringify({ edition: 'express', users: 1, additional_limit: 5 }),
    });
    expect(status).toBeLessThan(300);
    await signIn(page, ORG, 'billing');
    await page.getByLabel('Product').selectOption('bigin');
    await page.waitForURL(/product=bigin/);
    await shown(page);
    expect(await offered()).toEqual(['Credits', 'Simulator', 'Organisations']);
    expect((await screenOf(page)).figures.get('accrued')).toBe('US$0.00');
    expect(await page.getByRole('heading', { name: 'Additional limit' }).count()).toBe(0);
  });

  it.each([
    ['platform', [], ['Settings', 'Simulator', 'Organisations', 'Catalogues', 'Alerts', 'Dead letters']],
    ['analyst', ['net-66', ORG], ['Overview', 'Call log', 'Simulator']],
  ] as const)('offers the role %s only what it may do', async (role, orgs, screens) => {
    await signInWithToken({ role, sub: 'ann', orgs: [...orgs] });
    if (orgs.length > 0) await page.getByLabel('Organisation').selectOption(ORG);
    else await choose(ORG);
    await page.getByRole('navigation').waitFor();
    expect(await offered()).toEqual([...screens]);
  });

  it.each(['user', 'analyst', 'admin'] as const)(
    'shows the role %s what is billed today, as the API answers every role',
    async (role) => {
      const org = `net-billed-${role}`;
      await stack.use(org, 6_001);
      const whose = role === 'analyst' ? { orgs: [org] } : { org };
      await signInWithToken({ role, sub: 'ann', ...whose });
      await page.getByText('Billed today so far: 1,001 additional credits, US$0.14014').waitFor();
      expect(await page.getByRole('link', { name: 'View details' }).count()).toBe(role === 'admin' ? 1 : 0);
    },
  );

  it.each(['billing', 'platform', 'user'] as const)(
    'warns the role %s of a misspelt organisation',
    async (role) => {
      await signInWithToken({ role, sub: 'ann', ...(role === 'user' && { org: 'nett-68' }) });
      if (role !== 'user') await page.goto('/?org=nett-68');
      await page.getByText('Nothing is recorded about this organisation.').waitFor();
    },
  );
}
