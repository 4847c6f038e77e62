import type { Page } from 'playwright-core';
import { BillingDaysAnswer } from '../../../api/billing/days-answer.ts';
import { CreditsAnswer } from '../../../api/credits/route.ts';
import { pagesOf } from '../../api/statements/files.ts';
import { goTo, screenOf } from '../browser.ts';
import { dollars, number, ofOrg } from '../expected.ts';
import type { OpenDashboard } from '../open-dashboard.ts';
import { ORG, type SampleStack } from '../stack.ts';

const DAY_MS = 86_400_000;
const dateOf = (instant: number): string => new Date(instant).toISOString().slice(0, 10);
const countOf = (text: string, part: string): number => text.split(part).length - 1;

/** What a screen says on paper. */
export function printTests(opened: () => OpenDashboard): void {
  let page: Page;
  let stack: SampleStack;
  beforeAll(() => {
    ({ page, stack } = opened());
  });

  const printed = async (): Promise<string[]> => pagesOf(new Uint8Array(await page.pdf({ format: 'A4' })));

  it('prints the overview with its range, zone and time, the gauge and the chart', async () => {
    await goTo(page, '/?zone=Asia/Kathmandu&method=GET');
    const { figures } = await screenOf(page);
    const text = (await printed()).join(' ');
    expect(text).toContain(`API credits: Overview Organisation ${ORG} Product crm Range Last 24 hours: `);
    expect(text).toMatch(
      / Range Last 24 hours: \d+ \w+ \d{4}, \d\d:\d\d – \d+ \w+ \d{4}, \d\d:\d\d Time zone Asia\/Kathmandu As of \d+ \w+ \d{4}, \d\d:\d\d Only Method GET /,
    );
    const credits = await stack.read(CreditsAnswer, ofOrg(`credits?at=${figures.get('as_of')}`));
    expect(text).toContain(`${number(credits.unused)} left of ${number(credits.total)}`);
    for (const [name, value] of [
      ['Total', credits.total],
      ['Additional used', credits.additional_used],
      ['Over limit', credits.over_limit],
    ] as const) {
      expect(text).toContain(` ${name} ${number(value)} `);
    }
    expect(text).toContain(` Used ${number(credits.used)} `);
    // The axes of the chart.
    expect(text).toMatch(/Credits per hour 0( [\d,.]+K?){2,}( \d\d:\d\d){5,} /);
    for (const control of ['Sign out', 'Call log', 'View as a table', 'Compare with', 'Clear all', 'Find']) {
      expect([control, countOf(text, control)]).toEqual([control, 0]);
    }
  });

  it('prints months of days with one total, the headings on each page and no torn details', async () => {
    const [from, to] = [dateOf(Date.now() - 99 * DAY_MS), dateOf(Date.now() + DAY_MS)];
    const days = await stack.read(BillingDaysAnswer, ofOrg(`billing/days?from=${from}&to=${to}`));
    const charged = days.days.find(({ billed_credits }) => billed_credits > 0)?.day ?? '';
    await goTo(page, `/credits?days_from=${from}&days_to=${to}&day=${charged}`);
    await page.getByRole('heading', { name: 'Terms' }).waitFor();
    const pages = await printed();
    const text = pages.join(' ');
    expect(text).toMatch(
      /API credits: Credits Organisation \S+ Product crm Range [^R]* Time zone UTC As of \d+ \w+ \d{4}, \d\d:\d\d /,
    );
    expect(pages.length).toBeGreaterThan(2);
    const { billed_credits, amount } = days.total;
    expect(countOf(text, `Total ${number(billed_credits)} ${dollars(amount)}`)).toBe(1);
    expect(countOf(text, 'Total')).toBe(1);
    const withDays = pages.filter((each) => /\d (final|closed|open)\b/.test(each));
    expect(withDays.length).toBeGreaterThan(1);
    for (const each of withDays) {
      expect(each).toContain('Day Status Used Additional Billed Over limit Amount');
    }
    const withDetails = pages.filter((each) => /Charge|Terms|Revisions|Cost rules/.test(each));
    expect(withDetails).toHaveLength(1);
    expect(withDetails[0]).toMatch(/Charge .*Terms .*Revisions .*Users .*Cost rules/);
    for (const control of ['View details', 'Hide details', 'Download', 'Set limit', 'Sign out']) {
      expect([control, countOf(text, control)]).toEqual([control, 0]);
    }
  });

  it('prints in black on white, also from the dark theme', async () => {
    await goTo(page, '/');
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    const colours: unknown = await page.evaluate(
      `[document.documentElement, document.querySelector('main'), document.querySelector('.gauge')]
         .map((each) => getComputedStyle(each)).map(({ color, backgroundColor }) => color + ' on ' + backgroundColor)`,
    );
    const kept: unknown = await page.evaluate(
      `[...document.querySelectorAll('.gauge-bar, .gauge-fill')].map((each) => getComputedStyle(each).printColorAdjust)`,
    );
    await page.emulateMedia({ media: 'screen', colorScheme: 'light' });
    expect(colours).toEqual([
      'rgb(0, 0, 0) on rgb(255, 255, 255)',
      'rgb(0, 0, 0) on rgba(0, 0, 0, 0)',
      'rgb(0, 0, 0) on rgba(0, 0, 0, 0)',
    ]);
    expect(kept).toEqual(['exact', 'exact']);
  });
}
