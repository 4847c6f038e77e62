import type { Page } from 'playwright-core';
import { AlertsAnswer } from '../../../api/alerts/list-routes.ts';
import { goTo, screenOf, violationsOn } from '../browser.ts';
import { ofOrg } from '../expected.ts';
import type { OpenDashboard } from '../open-dashboard.ts';
import type { SampleStack } from '../stack.ts';

/** Alerts of the organisation: the list, the rules and the destinations. */
export function alertsTests(opened: () => OpenDashboard): void {
  let page: Page;
  let stack: SampleStack;
  beforeAll(async () => {
    ({ page, stack } = opened());
    await stack.pipeline.start('alerts');
  });

  it('says that none has been raised, and lists the default rules', async () => {
    await goTo(page, '/alerts');
    await page.getByText('the platform’s defaults', { exact: true }).waitFor();
    expect(await page.locator('.rules li').count()).toBeGreaterThan(0);
    expect(await violationsOn(page)).toEqual([]);
  });

  it('saves rules, raises an alert by them, and counts it as unread until it is read', async () => {
    await page.getByLabel('Add a rule').selectOption('included-share');
    await page.getByLabel('Share of the included credits used, percent').fill('1');
    await page.getByRole('button', { name: 'Save the rules' }).click();
    await page.getByText(/^set by local/).waitFor();
    await page.locator('.alerts .is-unread').first().waitFor();
    await page.locator('nav .unread').waitFor();
    const { alerts } = await stack.read(AlertsAnswer, ofOrg('alerts'));
    const { tables } = await screenOf(page, '.alerts');
    expect(tables[0]?.map(([, message]) => message)).toEqual(alerts.map(({ message }) => message));
    expect(await violationsOn(page)).toEqual([]);
    await page.getByRole('button', { name: 'Mark all as read' }).click();
    await page.locator('.alerts .is-unread').waitFor({ state: 'detached' });
    await page.locator('nav .unread').waitFor({ state: 'detached' });
  });

  it('keeps the focus near a button that goes once it has done its work', async () => {
    const focused: unknown = await page.evaluate('document.activeElement.id');
    expect(focused).toBe('alerts-title');
  });

  it('takes no parameter that is wrong, and goes back to what is saved', async () => {
    const field = page.getByLabel('Share of the included credits used, percent');
    await field.fill('1.5');
    await page.getByText(/no fractions/).waitFor();
    expect(await page.getByRole('button', { name: 'Save the rules' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Undo' }).click();
    expect(await field.inputValue()).toBe('1');
  });

  it('marks the thresholds on the bar of the current usage', async () => {
    await goTo(page, '/');
    await page.getByTitle('Alert at 50: 1 % of the included credits').waitFor();
    await page.getByText(/Alerts at 50 ·/).waitFor();
  });

  it('adds a destination, and says what is wrong with one', async () => {
    await goTo(page, '/alerts');
    await page.getByText('Add a destination').click();
    await page.getByLabel('Name').fill('Not An Id');
    await page.getByLabel('Addresses').fill('ann@example.org');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('alert').first().waitFor();
    await page.getByLabel('Name').fill('operations');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('row', { name: /^operations e-mail ann@example.org/ }).waitFor();
    expect(await violationsOn(page)).toEqual([]);
  });

  it('changes a destination, tests it and removes it after asking', async () => {
    const row = page.getByRole('row', { name: /^operations e-mail/ });
    await row.getByRole('button', { name: 'Change' }).click();
    await page.getByLabel('Addresses').fill('ann@example.org, bob@example.org');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await row.getByText('ann@example.org, bob@example.org').waitFor();
    await row.getByRole('button', { name: 'Send a test' }).click();
    await page.getByText('A test is on its way to operations').waitFor();
    await page.getByRole('row', { name: /operations test/ }).waitFor();
    await row.getByRole('button', { name: 'Remove …' }).click();
    await row.getByRole('button', { name: 'Remove operations' }).click();
    await row.waitFor({ state: 'detached' });
  });
}
