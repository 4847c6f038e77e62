import type { Page } from 'playwright-core';
import { goTo, inAddress, shown } from '../browser.ts';
import type { OpenDashboard } from '../open-dashboard.ts';

/** What the limit's form and the simulator's fields accept. */
export function limitTests(opened: () => OpenDashboard): void {
  let page: Page;
  beforeAll(() => {
    ({ page } = opened());
  });

  it.each([
    ['1.5', /no fractions/],
    ['20.000,50', /not a whole number/],
    ['20.000', /ambiguous/],
  ])('is not set to %s', async (text, message) => {
    await goTo(page, '/credits');
    await page.getByLabel('New limit').fill(text);
    await page.getByText(message).waitFor();
    expect(await page.getByRole('button', { name: 'Set limit' }).isDisabled()).toBe(true);
  });

  it('says before saving what becomes billable today, and asks again before a large change', async () => {
    await goTo(page, '/credits');
    const before = await page.locator('[data-figure=limit]').innerText();
    await page.getByLabel('New limit').fill('2,000,050');
    await page.locator('[data-figure=preview-today]', { hasText: 'become billable' }).waitFor();
    await page.keyboard.press('Enter');
    await page
      .getByRole('alertdialog')
      .getByText(/raises the limit from 80,000 to 2,000,050/)
      .waitFor();
    // The focus is on the question: another Enter confirms nothing.
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await page.getByRole('alertdialog').waitFor({ state: 'detached' });
    expect(await page.locator('[data-figure=limit]').innerText()).toBe(before);
  });

  it('simulates nothing while a number is missing, and keeps the field empty', async () => {
    await goTo(page, '/simulator?credits=5000&days=30');
    const field = page.getByLabel('Additional credits per day', { exact: true });
    await field.fill('');
    await page.getByText('Enter the credits and the days').waitFor();
    expect(await field.inputValue()).toBe('');
    await field.pressSequentially('25,000');
    await page.locator('[data-figure=estimate-day]', { hasText: 'US$3.50' }).waitFor();
    expect(inAddress(page, 'credits')).toBe('25000');
  });

  it('keeps every digit that is typed faster than the page is drawn', async () => {
    await goTo(page, '/simulator?credits=5000&days=30');
    // One key press a macrotask: the page renders between them, and draws no frame.
    await page.evaluate(`(async () => {
      const field = document.querySelector('.number-field input');
      for (const text of ['2', '25', '25,', '25,0', '25,00', '25,000']) {
        field.value = text;
        field.dispatchEvent(new Event('input', { bubbles: true }));
        await new Promise((resolve) => setTimeout(resolve));
      }
    })()`);
    const field = page.getByLabel('Additional credits per day', { exact: true });
    await page.locator('[data-figure=estimate-day]', { hasText: 'US$3.50' }).waitFor();
    expect(await field.inputValue()).toBe('25,000');
    expect(inAddress(page, 'credits')).toBe('25000');
    await goTo(page, '/simulator?credits=5000');
    expect(await field.inputValue()).toBe('5,000');
  });

  it('simulates only editions of the product on screen', async () => {
    await goTo(page, '/simulator');
    await page.getByRole('option', { name: 'professional' }).waitFor({ state: 'attached' });
    const editions = await page.getByLabel('Edition').getByRole('option').allInnerTexts();
    expect(editions).toEqual(['As it was', 'free', 'standard', 'professional', 'enterprise', 'ultimate']);
  });

  it('draws the labels of the chart again when the zone changes', async () => {
    await goTo(page, '/?range=6h');
    await page.evaluate(`{
      window.drawn = [];
      const { fillText } = CanvasRenderingContext2D.prototype;
      CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
        window.drawn.push(text);
        return fillText.call(this, text, ...rest);
      };
    }`);
    await page.getByLabel('Time zone').selectOption('Australia/Eucla');
    await shown(page);
    const drawn: unknown = await page.evaluate('window.drawn');
    const times = [drawn]
      .flat()
      .map(String)
      .filter((text) => /^\d\d:\d\d$/.test(text));
    // The last drawing has the six hours of that zone, which is a quarter hour off.
    const hourThere: unknown = await page.evaluate(
      `new Intl.DateTimeFormat('en-GB', { hour: '2-digit', timeZone: 'Australia/Eucla' }).format(Date.now() - 3_600_000)`,
    );
    expect(times.slice(-8).some((time) => time.startsWith(String(hourThere)))).toBe(true);
    await page.reload();
    await shown(page);
  });
}
