import type { Page } from 'playwright-core';
import { encodeCallEvent } from '../../../schemas/call-event.ts';
import { FUTURE_LIMIT_MS } from '../../../schemas/event-rules.ts';
import { AcknowledgedProducer } from '../../../platform/kafka/acknowledged-producer.ts';
import { eventOf } from '../../consumers/event.ts';
import { goTo, screenOf, shown, violationsOn } from '../browser.ts';
import type { OpenDashboard } from '../open-dashboard.ts';
import { savedFile } from '../saved.ts';
import { ORG, type SampleStack } from '../stack.ts';

/** How long an event stays too far ahead. The append may take a part of it, and a test waits for its end. */
const AHEAD_MS = 20_000;

/** What the operator of the platform sees and changes: organisations, their settings, dead letters. */
export function platformTests(opened: () => OpenDashboard): void {
  let page: Page;
  let stack: SampleStack;
  beforeAll(async () => {
    ({ page, stack } = opened());
    const token = await stack.tokenOf({ role: 'platform', sub: 'petra' });
    await page.evaluate(`localStorage.setItem('token', ${JSON.stringify(token)})`);
    await page.goto('/');
  });

  describe('the organisations', () => {
    it('are found by a part of their id and opened by keyboard', async () => {
      // The field has the focus as soon as it is shown.
      await page.locator('.organisations input:focus').waitFor();
      await page.keyboard.type('NET-6');
      await page.waitForURL(/search=NET-6/);
      await shown(page);
      await page.locator('.organisations tbody tr').first().waitFor();
      const names = await page.locator('.organisations tbody th a').allInnerTexts();
      expect(names).toContain(ORG);
      expect(names.every((name) => name.includes('net-6'))).toBe(true);
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowUp');
      const focused: unknown = await page.evaluate('document.activeElement.textContent');
      expect(focused).toBe(names[0]);
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/settings\?org=net-6/);
    });

    it('say that none matches', async () => {
      await goTo(page, '/organisations?search=nowhere');
      await page.getByText('No organisation’s ID contains “nowhere”.').waitFor();
    });
  });

  describe('a new organisation', () => {
    it('is created, and its settings offer to begin a subscription', async () => {
      await goTo(page, '/organisations');
      await page.getByText('Create an organisation').click();
      await page.getByLabel('Organisation ID').fill('new-org');
      await page.getByLabel('Time zone').selectOption('Europe/Berlin');
      await page.getByRole('button', { name: 'Create the organisation' }).click();
      await page.waitForURL(/\/settings\?org=new-org/);
      await page.locator('[data-figure=time_zone]', { hasText: 'Europe/Berlin' }).waitFor();
      await page.getByText('Includes 5,000 credits per 24 hours').waitFor();
      await page.getByRole('button', { name: 'Begin the subscription' }).click();
      await page.getByRole('heading', { name: 'Subscription of crm' }).waitFor();
    });

    it('cannot have the ID of another one', async () => {
      await goTo(page, '/organisations');
      await page.getByText('Create an organisation').click();
      await page.getByLabel('Organisation ID').fill('new-org');
      await page.getByRole('button', { name: 'Create the organisation' }).click();
      await page
        .getByRole('alert')
        .getByText(/already exists/)
        .waitFor();
      expect(await violationsOn(page)).toEqual([]);
    });
  });

  describe('the catalogues', () => {
    it('record a price book for later after asking, and show it in the history', async () => {
      await goTo(page, '/catalogues');
      await page.getByText('New price book').click();
      await page.getByLabel('Name').fill('2099-01');
      await page.getByLabel('In effect from').first().fill('2099-01-01T00:00');
      await page.getByLabel('Price of step 1').fill('0.2');
      await page.getByRole('button', { name: 'Change …' }).first().click();
      await page.getByText(/^From 1 Jan 2099, 00:00 UTC on, days that begin are priced by 2099-01/).waitFor();
      await page.getByRole('button', { name: 'Record the price book' }).click();
      await page.getByRole('row', { name: /^2099-01 planned .* the first 25,000 at US\$0\.20/ }).waitFor();
      await page.getByRole('row', { name: /Price book 2099-01 petra/ }).waitFor();
    });

    it('change what an edition includes from a time on, and take no number that is wrong', async () => {
      const base = page.getByLabel('Base of crm free');
      await base.fill('1.5');
      await page.getByText(/no fractions/).waitFor();
      await base.fill('6,000');
      await page.getByLabel('In effect from').last().fill('2099-01-01T00:00');
      await page.getByRole('button', { name: 'Change …' }).last().click();
      await page.getByText(/1 edition includes other credits, for all subscriptions of crm free/).waitFor();
      await page.getByRole('button', { name: 'Record the editions' }).click();
      await page.getByRole('row', { name: /Editions petra/ }).waitFor();
      expect(await violationsOn(page)).toEqual([]);
    });
  });

  describe('the alerts of the platform', () => {
    it('have rules of their own, and those that organisations begin with', async () => {
      await goTo(page, '/platform-alerts');
      await page.getByLabel('Landing lags behind by, seconds').fill('90');
      await page.getByRole('button', { name: 'Save the rules' }).first().click();
      await page
        .getByText(/^set by petra/)
        .first()
        .waitFor();
      expect(await page.getByLabel('Share of the total used, percent').count()).toBeGreaterThan(0);
      expect(await violationsOn(page)).toEqual([]);
    });
  });

  describe('the settings', () => {
    it('say what another billing day changes before it is made, and show it in the history', async () => {
      await goTo(page, `/settings?org=${ORG}`);
      await page.getByLabel('Billing day of the month').fill('15');
      await page.locator('[data-figure=preview-billing-day]').waitFor();
      expect(await page.locator('[data-figure=preview-billing-day]').innerText()).toMatch(
        /This billing period, .*, ends as planned\. The next one is .* instead of \d+\. From then on periods begin on day 15/,
      );
      await page.getByLabel('Reason').first().fill('a new contract');
      await page.getByRole('button', { name: 'Change …' }).first().click();
      await page.getByRole('alertdialog').waitFor();
      await page.getByRole('button', { name: 'Make the change' }).click();
      await page.locator('[data-figure=billing_day]', { hasText: '15' }).waitFor();
      await page.getByRole('row', { name: /billing day 15 petra/ }).waitFor();
    });

    it('say what another edition includes and costs at most, and take no number of users that is wrong', async () => {
      const users = page.getByLabel('Licensed users').first();
      await users.fill('1.5');
      await page.getByText(/no fractions/).waitFor();
      await page.getByLabel('Edition').first().selectOption('standard');
      await users.fill('10');
      await page.getByText('Includes 52,500 credits per 24 hours instead of 5,000').waitFor();
      // The form of a new subscription, which is folded away, has one too.
      await page
        .getByText(/^At most US\$[\d.]+ a day/)
        .first()
        .waitFor();
      await page.getByRole('button', { name: 'Change …' }).nth(1).click();
      await page.getByRole('button', { name: 'Make the change' }).click();
      await page.getByRole('row', { name: /crm: edition standard, users 10/ }).waitFor();
    });

    it('say what another time zone does to the days', async () => {
      await page.getByLabel('Time zone').selectOption('Asia/Tokyo');
      await page
        .locator('[data-figure=preview-zone]', { hasText: 'The first day in Asia/Tokyo is' })
        .waitFor();
      expect(await violationsOn(page)).toEqual([]);
    });
  });

  describe('the dead letters', () => {
    beforeAll(async () => {
      const producer = new AcknowledgedProducer(stack.pipeline.kafka);
      const { calls } = stack.pipeline.topics;
      // One never counts; the other one does once its time is no longer too far ahead.
      const broken = Buffer.from('{"not":"avro"}');
      await producer.sendAcknowledged(calls, [{ key: 'net-broken', value: broken }]);
      // Only now, when the producer is connected: appended late, it would not be too far ahead.
      const ahead = eventOf({
        occurred_at: Date.now() + FUTURE_LIMIT_MS + AHEAD_MS,
        org_id: 'net-ahead',
        credits: 3,
      });
      await producer.sendAcknowledged(calls, [{ key: 'net-ahead', value: encodeCallEvent(ahead) }]);
      await producer.close();
      await goTo(page, '/dead-letters');
      await page.getByRole('button', { name: 'Refresh' }).waitFor();
      for (;;) {
        if ((await page.locator('.dead-letters tbody tr').count()) === 2) break;
        await page.getByRole('button', { name: 'Refresh' }).click();
        await page.waitForTimeout(200);
      }
    });

    it('are listed with their reasons, and filtered', async () => {
      const reasons = async (): Promise<string[]> =>
        ((await screenOf(page, '.dead-letters')).tables[0] ?? []).map(
          ([, cell = '']) => cell.split(' ')[0] ?? '',
        );
      expect(new Set(await reasons())).toEqual(new Set(['future-dated', 'not-an-event']));
      await page.getByLabel('Reason').selectOption('not-an-event');
      await page.waitForURL(/reason=not-an-event/);
      await shown(page);
      expect(await reasons()).toEqual(['not-an-event']);
      await page.getByRole('button', { name: 'Clear all' }).click();
      await page.waitForURL((url) => !url.searchParams.has('reason'));
    });

    it('show why, what to do and the bytes of one, opened by keyboard', async () => {
      await shown(page);
      await page
        .getByRole('row', { name: /not-an-event/ })
        .getByRole('button')
        .focus();
      await page.keyboard.press('Enter');
      const dialog = page.getByRole('dialog');
      await dialog.getByText('7b 22 6e 6f 74 22').waitFor();
      const text = await dialog.innerText();
      expect(text).toContain('{"not":"avro"}');
      expect(text).toMatch(/What to do\s+Look at the bytes/);
      expect(await violationsOn(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await page.waitForURL((url) => !url.searchParams.has('dead_letter'));
    });

    it('are exported with their bytes', async () => {
      const lines = (await savedFile(page, page.getByRole('button', { name: 'Export' }))).trim().split('\n');
      expect(lines).toHaveLength(2);
      expect(lines.join()).toContain(Buffer.from('{"not":"avro"}').toString('base64'));
    });

    it('are replayed where they would count now', async () => {
      for (;;) {
        await page.getByRole('button', { name: 'Check the open ones' }).click();
        await page.locator('[data-figure=countable]').waitFor();
        if ((await page.locator('[data-figure=countable]').innerText()).startsWith('1 of')) break;
        await page.waitForTimeout(300);
      }
      await page.getByRole('button', { name: 'Replay 1 …' }).click();
      await page.getByRole('alertdialog').getByRole('button', { name: 'Replay' }).click();
      await page.locator('[data-figure=replayed]', { hasText: '1 have landed: 1 event counts' }).waitFor();
      await page.locator('.dead-letters').getByText('counts now').waitFor();
      expect(await violationsOn(page)).toEqual([]);
    });
  });

  it('has no axe violations in the list of organisations', async () => {
    await goTo(page, '/organisations?search=net-6');
    expect(await violationsOn(page)).toEqual([]);
  });
}
