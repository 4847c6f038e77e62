import type { Page } from 'playwright-core';
import { goTo, violationsOn } from '../browser.ts';
import type { OpenDashboard } from '../open-dashboard.ts';

/** Budgets, teams, the spending cap and the gate's mode: set on the screen, shown by it. */
export function budgetsTests(opened: () => OpenDashboard): void {
  let page: Page;
  beforeAll(() => {
    ({ page } = opened());
  });

  it('says that there are none, and what is left of the whole subscription', async () => {
    await goTo(page, '/budgets');
    await page.getByRole('row', { name: /The whole subscription/ }).waitFor();
    await page.getByText('No user, app or team has a budget').waitFor();
    await page.getByText('None: a billing period costs what the additional limit allows.').waitFor();
    expect(await violationsOn(page)).toEqual([]);
  });

  it('sets a team and its budget, and ends the budget again', async () => {
    const team = page.locator('section', { has: page.getByRole('heading', { name: 'Set a team' }) });
    await team.getByLabel('Team').fill('support');
    await team.getByLabel('User IDs, separated by commas').fill('ann, bob');
    await team.getByRole('button', { name: 'Set the team' }).click();
    await page.getByText('Team support: ann, bob').waitFor();
    const budget = page.locator('section', { has: page.getByRole('heading', { name: 'Set a budget' }) });
    await budget.getByRole('combobox').first().selectOption('team');
    await budget.getByLabel('Name').fill('support');
    await budget.getByLabel('Credits per 24 hours').fill('1,000');
    await budget.getByRole('button', { name: 'Set the budget' }).click();
    const row = page.getByRole('row', { name: /Team support 2 users/ });
    await row.getByRole('cell', { name: '1,000' }).last().waitFor();
    expect(await violationsOn(page)).toEqual([]);
    await budget.getByLabel('End this budget instead').check();
    await budget.getByRole('button', { name: 'End the budget' }).click();
    await row.waitFor({ state: 'detached' });
  });

  it('sets a spending cap, and shows what is left of it', async () => {
    await page.getByLabel('Highest cost of a billing period').fill('50');
    await page.getByRole('button', { name: 'Set the cap' }).click();
    await page.getByText('left of US$50.00').waitFor();
  });

  it('changes what the gate does only after it has said what that means', async () => {
    await page.getByLabel('Mode').selectOption('dry-run');
    await page.getByRole('button', { name: 'Change …' }).click();
    await page.getByText(/Every call is admitted\. Those that would have been rejected/).waitFor();
    await page.getByRole('button', { name: 'Change it' }).click();
    await page.getByText('Dry run', { exact: true }).first().waitFor();
    expect(await violationsOn(page)).toEqual([]);
  });
}
