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

  it('sets a team and its budget, changes the budget from its row, and ends it', async () => {
    const team = page.getByRole('region', { name: 'Set a team' });
    await team.getByLabel('Team').fill('support');
    await team.getByLabel('User IDs').fill('ann, bob');
    await team.getByRole('button', { name: 'Set the team' }).click();
    await page.getByRole('row', { name: /^support 2 ann, bob/ }).waitFor();
    const budget = page.getByRole('region', { name: 'Set a budget' });
    await budget.getByLabel('For').selectOption('team');
    await budget.getByRole('combobox').nth(1).selectOption('support');
    await budget.getByLabel('Credits per 24 hours').fill('1,000');
    await budget.getByRole('button', { name: 'Set the budget' }).click();
    const row = page.getByRole('row', { name: /^Team support 2 users/ });
    await row.getByRole('cell', { name: '1,000', exact: true }).first().waitFor();
    expect(await violationsOn(page)).toEqual([]);
    await row.getByRole('button', { name: 'Change the budget of team support' }).click();
    const present = page.getByRole('region', { name: 'Budget of team support' });
    // The field to change has the focus.
    await present.locator('input:focus').fill('2,000');
    await present.getByText('Instead of 1,000.').waitFor();
    await page.keyboard.press('Enter');
    await row.getByRole('cell', { name: '2,000', exact: true }).first().waitFor();
    await row.getByRole('button', { name: 'Change the budget of team support' }).click();
    await present.getByRole('button', { name: 'End the budget' }).click();
    await row.waitFor({ state: 'detached' });
  });

  it('changes the members of a team, and dissolves it', async () => {
    await page.getByRole('button', { name: 'Change the team support' }).click();
    const team = page.getByRole('region', { name: 'Team support' });
    await team.getByLabel('User IDs').fill('ann');
    await team.getByRole('button', { name: 'Change the team' }).click();
    const row = page.getByRole('row', { name: /^support 1 ann/ });
    await row.getByRole('button').click();
    await team.getByRole('button', { name: 'Dissolve the team' }).click();
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
