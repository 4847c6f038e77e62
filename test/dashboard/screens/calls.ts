import type { Page } from 'playwright-core';
import { CallsAnswer } from '../../../api/calls/answer.ts';
import { goTo, screenOf, shown } from '../browser.ts';
import { number, ofOrg } from '../expected.ts';
import { savedCsv } from '../saved.ts';
import type { OpenDashboard } from '../open-dashboard.ts';
import { OTHER, type SampleStack } from '../stack.ts';

/** The call log, and calls that were published twice. */
export function callsTests(opened: () => OpenDashboard): void {
  let page: Page;
  let stack: SampleStack;
  beforeAll(() => {
    ({ page, stack } = opened());
  });

  it('pages through the call log, and opens a call by its link', async () => {
    await goTo(page, '/calls?range=7d');
    const { calls } = await stack.read(CallsAnswer, ofOrg('calls?limit=100'));
    expect(calls.length).toBe(100);
    const expected = calls.map((call) =>
      call.product === 'crm' ? number(call.credits) : `${call.product} ${call.credits}`,
    );
    const credits = async () => (await screenOf(page, '.calls')).tables[0]?.map((cells) => cells.at(-1));
    expect(await credits()).toEqual(expected.slice(0, 50));
    await page.getByRole('button', { name: 'Older' }).click();
    await page.waitForURL(/cursor=/);
    await shown(page);
    expect(await credits()).toEqual(expected.slice(50));
    const one = calls[0];
    await goTo(page, `/calls?call=${one?.event_id}`);
    const dialog = page.getByRole('dialog');
    await dialog.getByText(one?.event_id ?? '').waitFor();
    expect(await dialog.innerText()).toContain(`by the rule ${one?.rule}`);
    await page.keyboard.press('Escape');
    await page.waitForURL((url) => !url.searchParams.has('call'));
  });

  it('saves all calls of the range as CSV, of which the page shows the newest', async () => {
    await goTo(page, '/calls?range=7d&method=GET');
    const { tables } = await screenOf(page, '.calls');
    const rows = await savedCsv(page, page.getByRole('button', { name: 'Download CSV of all calls' }));
    expect(rows.length).toBeGreaterThan(tables[0]?.length ?? 0);
    expect(new Set(rows.map((row) => row['method']))).toEqual(new Set(['GET']));
    await goTo(page, '/calls?range=7d');
  });

  it('names calls that were published more than once with different contents', async () => {
    await page.getByText('One call was published more than once').click();
    const { tables } = await screenOf(page, '.conflicts');
    expect(tables[0]?.map((cells) => cells.slice(1))).toEqual([
      ['eve', '/leads', '2', String(OTHER.credits)],
    ]);
  });
}
