import { BillingDaysAnswer } from '../../../api/billing/days-answer.ts';
import { BillingAnswer } from '../../../api/billing/route.ts';
import { WhatIfAnswer } from '../../../api/billing/what-if-answer.ts';
import { CreditsAnswer } from '../../../api/credits/route.ts';
import { ExplanationAnswer } from '../../../api/explanation/answer.ts';
import type { ApiUnderTest } from '../api-under-test.ts';
import { fetchCsv, fetchPdf } from './files.ts';
import { adminOf, openScenarios } from './scenarios.ts';

const OCTOBER = 'from=2026-10-01&to=2026-11-01';
const NOVEMBER = 'from=2026-11-01&to=2026-12-01';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await openScenarios();
});
afterAll(() => api.close());

/** Millionths of a dollar for each credit of a slab (domain.md, the price book 2020-09). */
const SLABS = [
  [25_000n, 140n],
  [75_000n, 60n],
  [150_000n, 50n],
  [undefined, 25n],
] as const;

/** The amount of a day's billed credits as domain.md computes it, without the code under test. */
function amountOf(billed: number): string {
  let left = BigInt(billed);
  let millionths = 0n;
  for (const [size, rate] of SLABS) {
    const part = size === undefined || left < size ? left : size;
    millionths += part * rate;
    left -= part;
  }
  const digits = String(millionths).padStart(7, '0');
  return `${digits.slice(0, -6)}.${digits.slice(-6)}`.replace(/\.?0*$/, '');
}

interface Terms {
  readonly used: number;
  readonly included: number;
  readonly limit: number;
}
function chargeOf({ used, included, limit }: Terms) {
  const additional = Math.max(0, used - included);
  const billed = Math.min(additional, limit);
  return { additional, billed, over: additional - billed, amount: amountOf(billed) };
}

const billingPath = (org: string): string => `/v1/orgs/${org}/billing`;

/** What every answer shows of a day. */
async function shown(org: string, day: string, query: string) {
  const admin = adminOf(org);
  const [days, explained, csv, pdf] = await Promise.all([
    api.read(BillingDaysAnswer, `${billingPath(org)}/days?${query}`, admin),
    api.read(ExplanationAnswer, `${billingPath(org)}/days/${day}/explanation`, admin),
    fetchCsv(api, `${billingPath(org)}/statement.csv?${query}`, admin),
    fetchPdf(api, `${billingPath(org)}/statement.pdf?${query}`, admin),
  ]);
  const row = days.days.find((each) => each.day === day);
  expect(explained.statement).toEqual(row);
  return {
    row,
    adjustments: days.adjustments,
    total: days.total,
    line: csv.find((each) => each['line'] === 'day' && each['day'] === day),
    sum: (column: string): string =>
      csv
        .reduce((sum, line) => sum + Number(line[column]), 0)
        .toFixed(5)
        .replace(/\.?0*$/, ''),
    text: pdf.join(' '),
  };
}

describe('the independent computation', () => {
  it.each([
    [0, '0'],
    [1, '0.00014'],
    [25_000, '3.5'],
    [25_001, '3.50006'],
    [80_000, '6.8'],
    [100_000, '8'],
    [250_000, '15.5'],
    [500_000, '21.75'],
    [1_000_000, '34.25'],
  ])('of %d credits is the amount of domain.md, %s', (billed, amount) => {
    expect(amountOf(billed)).toBe(amount);
  });
});

describe('the worked figures of domain.md', () => {
  it.each([
    ['2026-11-19', 132_500, '132,500 52,500 80,000 100,000 0 80,000 $6.80 closed'],
    ['2026-11-20', 200_000, '200,000 52,500 147,500 100,000 47,500 100,000 $8.00 closed'],
  ])('are the same everywhere on %s', async (day, used, printed) => {
    const { additional, billed, over, amount } = chargeOf({ used, included: 52_500, limit: 100_000 });
    const { row, line, text } = await shown('worked', day, NOVEMBER);
    expect(row).toMatchObject({
      used,
      additional_used: additional,
      billed_credits: billed,
      over_limit: over,
      amount,
      later: null,
      billed_as_adjustment: [],
    });
    expect(line).toMatchObject({ billed_credits: String(billed), over_limit_credits: String(over), amount });
    expect(text).toContain(`${day} ${printed}`);
    expect(text).toContain('Total $14.80 for 180,000 billed credits');
  });
});

describe('a limit lowered after its use', () => {
  const { billed, amount } = chargeOf({ used: 15_418, included: 5_000, limit: 20_000 });

  it('stays billed today in the days, the bill, the files and beside the gauge', async () => {
    const { row, line, text } = await shown('lowered', '2026-11-22', NOVEMBER);
    expect({ billed, amount }).toEqual({ billed: 10_418, amount: '1.45852' });
    expect(row).toMatchObject({
      status: 'open',
      additional_limit: 20_000,
      billed_credits: billed,
      over_limit: 0,
      amount,
    });
    expect(line).toMatchObject({ additional_limit_credits: '20000', billed_credits: String(billed), amount });
    expect(text).toContain('2026-11-22 15,418 5,000 10,418 20,000 0 10,418 $1.46 $1.45852 open');
    const bill = await api.read(BillingAnswer, billingPath('lowered'), adminOf('lowered'));
    expect(bill.today).toEqual({ day: '2026-11-22', credits: billed, amount });
    expect(bill.accrued).toEqual({ credits: billed, amount });
  });

  it('is 0 for the next 24 hours and the highest of the day for the bill, and /credits shows both', async () => {
    const credits = await api.read(CreditsAnswer, '/v1/orgs/lowered/credits', adminOf('lowered'));
    expect(credits).toMatchObject({
      used: 15_418,
      included: 5_000,
      additional_limit: 0,
      additional_used: 0,
      over_limit: 10_418,
      billable_today: {
        day: '2026-11-22',
        from: '2026-11-22T00:00:00.000Z',
        to: '2026-11-23T00:00:00.000Z',
        used: 15_418,
        additional_limit: 20_000,
        credits: billed,
        over_limit: 0,
        amount,
        currency: 'USD',
      },
    });
  });

  it('at an earlier instant counts the calls before it', async () => {
    const path = '/v1/orgs/lowered/credits?at=2026-11-22T08:00:00Z';
    const { billable_today } = await api.read(CreditsAnswer, path, adminOf('lowered'));
    expect(billable_today).toMatchObject({ used: 0, credits: 0, amount: '0' });
  });
});

describe('a day that became known after its statement was final', () => {
  const { additional, billed, over, amount } = chargeOf({ used: 15_644, included: 5_000, limit: 10_000 });
  const billed_in = { from: '2026-11-01', to: '2026-12-01' };
  const words =
    'Known after this statement was final: 15,644 used, 10,644 additional; ' +
    '10,000 billed in November 2026 as an adjustment: $1.40; 644 over the limit, not billed';

  it('keeps the row of the final statement, with what is billed elsewhere beside it', async () => {
    const { row, line, text, total, sum } = await shown('late', '2026-10-30', OCTOBER);
    expect({ additional, billed, over, amount }).toEqual({
      additional: 10_644,
      billed: 10_000,
      over: 644,
      amount: '1.4',
    });
    expect(row).toMatchObject({
      status: 'final',
      revision: null,
      used: 0,
      additional_used: 0,
      billed_credits: 0,
      over_limit: 0,
      amount: '0',
      later: { revision: 1, used: 15_644, additional_used: additional, over_limit: over },
      billed_as_adjustment: [{ credits: billed, amount, billed_in }],
    });
    expect(line).toMatchObject({
      used_credits: '0',
      billed_credits: '0',
      amount: '0',
      later_revision: '1',
      later_used_credits: '15644',
      later_billed_credits: String(billed),
      later_amount: amount,
      note: words,
    });
    expect(text).toContain(`2026-10-30 0 5,000 0 10,000 0 0 $0.00 final ${words}`);
    expect(total).toEqual({ billed_credits: 0, amount: '0', rounded_amount: '0' });
    expect(sum('amount')).toBe('0');
  });

  it('is billed once, in the statement of the period that contains its closing', async () => {
    const { adjustments, total, text, sum } = await shown('late', '2026-11-05', NOVEMBER);
    expect(adjustments).toMatchObject([
      { day: '2026-10-30', revision: 1, delta_credits: billed, delta_amount: amount, billed_in },
    ]);
    expect(total).toEqual({ billed_credits: billed, amount, rounded_amount: amount });
    expect([sum('billed_credits'), sum('amount'), sum('total_amount')]).toEqual([
      String(billed),
      amount,
      amount,
    ]);
    expect(text).toContain('2026-10-30 2026-11-05 revision 1 November 2026 10,000 $1.40');
    expect(text).toContain(
      'Total $1.40 for 10,000 billed credits of which days $0.00 for 0 billed credits ' +
        'of which adjustments $1.40 for 10,000 billed credits',
    );
  });

  it('is part of its own month in the simulator, which says where it was billed', async () => {
    const whatIf = await api.read(WhatIfAnswer, `${billingPath('late')}/what-if?users=1`, adminOf('late'));
    expect(whatIf).toMatchObject({
      as_it_was: { billed_credits: billed, amount },
      billed: {
        in_own_statement: { credits: 0, amount: '0' },
        as_adjustment: [{ credits: billed, amount, billed_in }],
      },
    });
    expect(whatIf.days.find(({ day }) => day === '2026-10-30')).toMatchObject({
      as_it_was: { billed_credits: billed, over_limit: over },
      billed_as_adjustment: [{ credits: billed, amount, billed_in }],
    });
  });

  it('in part keeps the part that its statement billed', async () => {
    const first = chargeOf({ used: 6_000, included: 5_000, limit: 10_000 });
    const all = chargeOf({ used: 9_000, included: 5_000, limit: 10_000 });
    const { row, line, text } = await shown('revised', '2026-10-30', OCTOBER);
    expect(row).toMatchObject({
      revision: 1,
      used: 6_000,
      billed_credits: first.billed,
      amount: first.amount,
      later: { revision: 2, used: 9_000, additional_used: all.additional, over_limit: 0 },
      billed_as_adjustment: [{ credits: all.billed - first.billed, amount: '0.42', billed_in }],
    });
    expect(line).toMatchObject({ amount: first.amount, later_billed_credits: '3000', later_amount: '0.42' });
    expect(text).toContain(
      '2026-10-30 6,000 5,000 1,000 10,000 0 1,000 $0.14 final at $0.14 per 1,000 1,000 $0.14 ' +
        'Known after this statement was final: 9,000 used, 4,000 additional; ' +
        '3,000 billed in November 2026 as an adjustment: $0.42',
    );
  });
});

describe('days before the subscription', () => {
  it('say so instead of zeros alone', async () => {
    const { row, line, text } = await shown('new', '2026-11-09', NOVEMBER);
    expect(row).toMatchObject({ subscribed: false, used: 0, included: 0, billed_credits: 0, amount: '0' });
    expect(line).toMatchObject({ subscribed: 'false', note: 'no subscription on this day' });
    expect(text).toContain('2026-11-09 0 0 0 0 0 0 $0.00 no subscription');
  });

  it('end with the day on which it begins, which counts whole', async () => {
    const { billed, amount } = chargeOf({ used: 7_000, included: 5_000, limit: 10_000 });
    const { row, line, text } = await shown('new', '2026-11-10', NOVEMBER);
    expect(row).toMatchObject({ subscribed: true, used: 7_000, billed_credits: billed, amount });
    expect(line).toMatchObject({ subscribed: 'true', note: '', amount });
    expect(text).toContain('2026-11-10 7,000 5,000 2,000 10,000 0 2,000 $0.28 closed');
  });
});

describe('usage within the included credits', () => {
  it('bills nothing anywhere', async () => {
    const { row, line, text, total, sum } = await shown('roomy', '2026-11-20', NOVEMBER);
    expect(chargeOf({ used: 40_267, included: 60_000, limit: 10_000 })).toMatchObject({
      billed: 0,
      amount: '0',
    });
    expect(row).toMatchObject({
      used: 40_267,
      included: 60_000,
      additional_used: 0,
      billed_credits: 0,
      over_limit: 0,
      amount: '0',
      slabs: [],
    });
    expect(line).toMatchObject({ used_credits: '40267', additional_used_credits: '0', amount: '0' });
    expect(text).toContain('2026-11-20 40,267 60,000 0 10,000 0 0 $0.00 closed 2026-11-21');
    expect(total.amount).toBe('0');
    expect(sum('used_credits')).toBe('40267');
  });
});

describe('days that lie ahead', () => {
  it('have not begun, and count nowhere', async () => {
    const { row, line, text } = await shown('worked', '2026-11-23', NOVEMBER);
    expect(row).toMatchObject({ begun: false, used: 0, amount: '0', later: null });
    expect(line).toMatchObject({ begun: 'false', note: 'not begun' });
    expect(text).toContain('2026-11-23 0 52,500 0 100,000 0 0 $0.00 not begun');
    expect(text).toContain('1 of 30 days is open and counts as it stands; 8 of 30 days have not begun');
  });
});
