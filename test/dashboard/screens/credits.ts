import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { BillingDaysAnswer } from '../../../api/billing/days-answer.ts';
import { BillingAnswer } from '../../../api/billing/route.ts';
import { StatementsAnswer } from '../../../api/billing/statements-route.ts';
import { CallsAnswer } from '../../../api/calls/answer.ts';
import { EstimateAnswer } from '../../../api/catalogues/estimate-route.ts';
import { goTo, screenOf, shown } from '../browser.ts';
import { dollars, number, ofOrg } from '../expected.ts';
import type { OpenDashboard } from '../open-dashboard.ts';
import { ORG, type SampleStack } from '../stack.ts';

/** The bill, its days, the limit and the simulator. */
export function creditsTests(opened: () => OpenDashboard): void {
  let page: Page;
  let stack: SampleStack;
  beforeAll(() => {
    ({ page, stack } = opened());
  });

  it('shows the bill and each day’s charge as the API answers', async () => {
    await goTo(page, '/credits');
    const bill = await stack.read(BillingAnswer, ofOrg('billing'));
    const days = await stack.read(BillingDaysAnswer, ofOrg('billing/days'));
    const { figures, tables } = await screenOf(page, '.days');
    expect(figures.get('accrued')).toBe(dollars(bill.accrued.amount));
    expect(figures.get('days-amount')).toBe(dollars(days.total.amount));
    expect(days.days.some(({ billed_credits }) => billed_credits > 0)).toBe(true);
    expect(tables[0]?.slice(0, 30).map(([, , ...cells]) => cells)).toEqual(
      days.days
        .toReversed()
        .map((day) => [
          number(day.used),
          number(day.additional_used),
          number(day.billed_credits),
          number(day.over_limit),
          dollars(day.amount),
        ]),
    );
  });

  it('shows the days of an earlier billing period', async () => {
    const { previous_periods } = await stack.read(BillingAnswer, ofOrg('billing'));
    const [last] = previous_periods;
    await page.getByRole('combobox', { name: 'Days' }).selectOption(last?.from ?? '');
    await page.waitForURL(`**/credits?days_from=${last?.from}&days_to=${last?.to}`);
    await shown(page);
    const { days } = await stack.read(
      BillingDaysAnswer,
      ofOrg(`billing/days?from=${last?.from}&to=${last?.to}`),
    );
    expect(await page.locator('.days .disclosure').count()).toBe(days.length);
  });

  it('draws the cost of each day, and lists the totals of past statements as the API answers', async () => {
    await goTo(page, '/credits');
    const days = await stack.read(BillingDaysAnswer, ofOrg('billing/days'));
    const chart = page.getByRole('img', { name: `Cost per day: ${dollars(days.total.amount)} in all` });
    expect(await chart.locator('.costs-bars > span').count()).toBe(days.days.length);
    const { statements } = await stack.read(StatementsAnswer, ofOrg('billing/statements'));
    await page.locator('.statements').waitFor();
    const { tables } = await screenOf(page, '.statements');
    expect(tables[0]?.map(([, status, credits, total]) => [status, credits, total])).toEqual(
      statements
        .slice(1)
        .map(({ status, billed_credits, rounded_amount }) => [
          status,
          number(billed_credits),
          dollars(rounded_amount),
        ]),
    );
    expect(tables[0]).toHaveLength(12);
  });

  it('saves the listed days as the CSV and the PDF of the API', async () => {
    await goTo(page, '/credits');
    const days = await stack.read(BillingDaysAnswer, ofOrg('billing/days'));
    const saved = async (name: string): Promise<Buffer> => {
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: `Download ${name}` }).click(),
      ]);
      expect(file.suggestedFilename()).toBe(
        `statement-${ORG}-crm-${days.from}-${days.to}.${name.toLowerCase()}`,
      );
      return readFile(await file.path());
    };
    const csv = (await saved('CSV')).toString('utf8');
    for (const day of days.days) expect(csv).toContain(day.day);
    expect((await saved('PDF')).subarray(0, 5).toString()).toBe('%PDF-');
  });

  it('explains a day down to its calls', async () => {
    const days = await stack.read(BillingDaysAnswer, ofOrg('billing/days'));
    const charged = days.days.find(({ billed_credits }) => billed_credits > 0);
    await goTo(page, `/credits?day=${charged?.day}`);
    await page.getByRole('heading', { name: 'Terms' }).waitFor();
    expect(await page.locator('.day-details').innerText()).toContain(
      `${number(charged?.additional_used ?? 0)} additional`,
    );
    await page.getByText('View the calls of this day').click();
    await page.locator('.calls').waitFor();
    await shown(page);
    const range = `from=${charged?.from}&to=${charged?.to}`;
    const { calls } = await stack.read(CallsAnswer, ofOrg(`calls?${range}&limit=50`));
    expect(await page.locator('.calls tbody tr').count()).toBe(calls.length);
  });

  it('simulates what credits cost', async () => {
    await goTo(page, '/simulator?credits=250001&days=31');
    const estimate = await stack.read(EstimateAnswer, '/v1/estimate?credits=250001&days=31');
    const { figures } = await screenOf(page);
    expect(figures.get('estimate-day')).toBe(`US$${estimate.day_amount}`);
    expect(figures.get('estimate-month')).toBe(`US$${estimate.amount}`);
    await page.getByLabel('Additional limit').fill('0');
    await page.getByRole('button', { name: 'Calculate' }).click();
    await page.locator('[data-figure=what-if]', { hasText: 'US$0.00' }).waitFor();
  });

  it('lets the super admin set the limit, after showing its maximum cost', async () => {
    await goTo(page, '/credits');
    await page.getByLabel('New limit').fill('80,000');
    await page.getByLabel('Reason').fill('a busy week');
    await page.locator('[data-figure=preview-day]').waitFor();
    const estimate = await stack.read(EstimateAnswer, '/v1/estimate?credits=80000&days=30');
    const { figures } = await screenOf(page);
    expect(figures.get('preview-day')).toBe(dollars(estimate.day_amount));
    expect(figures.get('preview-day')).toBe('US$6.80');
    await page.getByRole('button', { name: 'Set limit' }).click();
    await page.getByText('Limit set to 80,000.').waitFor();
    await page.locator('[data-figure=limit]', { hasText: '80,000' }).waitFor();
    await page.getByRole('row', { name: /80,000 local a busy week/ }).waitFor();
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.locator('[data-figure=total]', { hasText: '85,000' }).waitFor();
  });
}
