import type { Claims } from '../../../api/auth/tokens.ts';
import { BillingDaysAnswer } from '../../../api/billing/days-answer.ts';
import type { ApiUnderTest } from '../api-under-test.ts';
import { ADMIN, openRome, TERMS } from '../billing/closed-days.ts';
import { insertSettings } from '../tables.ts';
import { fetchCsv, fetchFile, fetchPdf } from './files.ts';

const STRANGE = '=HYPERLINK("http://evil/")\\ 中文 Ünï';
const strange: Claims = { ...ADMIN, org: STRANGE };
const OCTOBER = 'from=2026-10-05&to=2026-11-05';
const NOVEMBER = 'from=2026-11-05&to=2026-12-05';

let api: ApiUnderTest;
beforeAll(async () => {
  ({ api } = await openRome('statements'));
  await insertSettings(api.clickhouse, [
    { org: STRANGE, value: { time_zone: 'UTC', billing_day: 1 } },
    { org: STRANGE, product: 'crm', value: TERMS },
  ]);
});
afterAll(() => api.close());

const csv = (query: string) => fetchCsv(api, `/v1/orgs/rome/billing/statement.csv?${query}`, ADMIN);
const pdf = (query: string) => fetchPdf(api, `/v1/orgs/rome/billing/statement.pdf?${query}`, ADMIN);
const json = (query: string) => api.read(BillingDaysAnswer, `/v1/orgs/rome/billing/days?${query}`, ADMIN);
const linesOf = (lines: readonly Record<string, string>[], kind: string) =>
  lines.filter(({ line }) => line === kind);

/** The first cell of every row of days. */
const printedDays = (pages: readonly string[]): (string | undefined)[] =>
  Array.from(pages.join(' ').matchAll(/(20\d\d-\d\d-\d\d)(?: [\d,]+){6} \$/g), ([, day]) => day);

describe('a statement', () => {
  it.each(['', 'from=2026-11-20', 'to=2026-11-07', OCTOBER])(
    'has the days of /billing/days for %j',
    async (query) => {
      const { days } = await json(query);
      const lines = linesOf(await csv(query), 'day');
      expect(lines.map(({ day }) => day)).toEqual(days.map(({ day }) => day));
      expect(printedDays(await pdf(query))).toEqual(days.map(({ day }) => day));
    },
  );

  it.each(['csv', 'pdf'])('as .%s rejects what /billing/days rejects', async (kind) => {
    for (const [query, type] of [
      ['from=2026-11-22&to=2026-11-22', 'invalid-request'],
      ['from=2026-11-31', 'invalid-request'],
      ['from=2025-10-20&to=2026-11-22', 'range-too-long'],
      ['product=bigin', 'no-subscription'],
    ]) {
      const { body } = await api.get(`/v1/orgs/rome/billing/statement.${kind}?${query}`, ADMIN);
      expect(body).toMatchObject({ type });
    }
  });

  it.each([
    ['csv', 'text/csv; charset=utf-8; header=present'],
    ['pdf', 'application/pdf'],
  ])('as .%s is saved under a plain name', async (kind, mediaType) => {
    const rome = await fetchFile(api, `/v1/orgs/rome/billing/statement.${kind}`, ADMIN);
    expect(rome.headers.get('content-type')).toBe(mediaType);
    expect(rome.headers.get('content-disposition')).toBe(
      `attachment; filename="statement-rome-crm-2026-10-24-2026-11-23.${kind}"`,
    );
    const path = `/v1/orgs/${encodeURIComponent(STRANGE)}/billing/statement.${kind}`;
    const { headers } = await fetchFile(api, path, strange);
    expect(headers.get('content-disposition')).toBe(
      `attachment; filename="statement-_HYPERLINK__http___evil_________n_-crm-2026-10-24-2026-11-23.${kind}"`,
    );
  });
});

describe('a statement as CSV', () => {
  it('separates days, adjustments and the total', async () => {
    const lines = await csv(NOVEMBER);
    expect(lines.map(({ line }) => line)).toEqual([
      ...Array.from({ length: 30 }, () => 'day'),
      'adjustment',
      'adjustment',
      'total',
    ]);
    const part = await csv('from=2026-11-05&to=2026-11-10');
    expect(linesOf(part, 'total')).toMatchObject([{ total_amount: '0.14', rounded_total_amount: '' }]);
  });

  it('has a day’s figures with their units in the names', async () => {
    expect((await csv('from=2026-11-20'))[0]).toEqual({
      line: 'day',
      org_id: 'rome',
      product: 'crm',
      day: '2026-11-20',
      time_zone: 'Europe/Rome',
      from_utc: '2026-11-19T23:00:00.000Z',
      to_utc: '2026-11-20T23:00:00.000Z',
      status: 'closed',
      revision: '1',
      used_credits: '20000',
      included_credits: '5000',
      additional_limit_credits: '10000',
      additional_used_credits: '15000',
      over_limit_credits: '5000',
      billed_credits: '10000',
      amount: '1.4',
      currency: 'USD',
      slabs: '10000 at 0.14 per 1000 = 1.4',
      billed_in_from: '',
      billed_in_to: '',
      closed_at_utc: '',
      begun: 'true',
      subscribed: 'true',
      later_revision: '',
      later_used_credits: '',
      later_billed_credits: '',
      later_amount: '',
      note: '',
      total_billed_credits: '',
      total_amount: '',
      rounded_total_amount: '',
    });
  });

  it('rounds a billing period as the JSON does', async () => {
    const lines = await csv(OCTOBER);
    expect(linesOf(lines, 'total')).toMatchObject([
      {
        billed_credits: '',
        amount: '',
        total_billed_credits: '9536',
        total_amount: '1.33504',
        rounded_total_amount: '1.34',
      },
    ]);
  });

  it('never contains a formula', async () => {
    const path = `/v1/orgs/${encodeURIComponent(STRANGE)}/billing/statement.csv`;
    const lines = await fetchCsv(api, path, strange);
    expect(new Set(lines.map(({ org_id }) => org_id))).toEqual(new Set([`'${STRANGE}`]));
  });
});

describe('a statement as PDF', () => {
  it('is headed by issuer, recipient, product, period, zone, dates, currency, status and total', async () => {
    expect((await pdf(NOVEMBER))[0]).toContain(
      [
        'Statement of additional API credits',
        'Issuer Credits & Söhne Recipient organisation rome Product crm',
        'Billing period 5 November 2026 to 4 December 2026, 30 days Time zone of days Europe/Rome',
        'Issued on 22 November 2026 Next billing date 5 December 2026 Currency USD',
        'Status preliminary: 2 of 30 days are open and count as they stand; 12 of 30 days have not begun',
        'Total $2.17 for 15,500 billed credits of which days $1.61 for 11,500 billed credits',
        'of which adjustments $0.56 for 4,000 billed credits Days',
      ].join(' '),
    );
  });

  it('has each day’s figures and price steps, and the adjustments', async () => {
    const text = (await pdf(NOVEMBER)).join(' ');
    expect(text).toContain(
      '2026-11-20 20,000 5,000 15,000 10,000 5,000 10,000 $1.40 closed at $0.14 per 1,000 10,000 $1.40',
    );
    expect(text).toContain('2026-11-19 0 5,000 0 10,000 0 0 $0.00 closed 2026-11-20');
    expect(text).toContain(
      'Adjustments of days whose own statement was final Day Closed Revision Billed in Difference Difference',
    );
    expect(text).toContain(
      '2026-10-25 2026-11-07 revision 3 5 November 2026 to 4 December 2026 1,000 $0.14 2026-10-26',
    );
    expect(text).not.toContain('UTC');
  });

  it('writes amounts as people read them, with the exact ones where they differ', async () => {
    const october = (await pdf(OCTOBER)).join(' ');
    expect(october).toContain(
      'Status final: these days never change Total $1.34 for 9,536 billed credits (exactly $1.33504)',
    );
    expect(october).toContain('2026-10-24 12,036 5,000 7,036 10,000 0 7,036 $0.99 $0.98504 final');
    expect(october).toContain('The total of a billing period is rounded once, half away from zero.');
    const part = (await pdf('from=2026-10-05&to=2026-11-04')).join(' ');
    expect(part).toContain('Range of days 5 October 2026 to 3 November 2026, 30 days');
    expect(part).toContain('This range is not exactly one billing period.');
  });

  it('shows the total once', async () => {
    const text = (await pdf(OCTOBER)).join(' ');
    expect(text.split('$1.34 ')).toHaveLength(2);
    expect(text.split('9,536')).toHaveLength(2);
  });

  it('numbers its pages, with range and zone, and repeats the head of a table', async () => {
    const query = 'from=2025-10-21&to=2026-11-22';
    const pages = await pdf(query);
    expect(pages.length).toBeGreaterThan(5);
    expect(pages.map((page) => /21 October 2025 to .*$/.exec(page.slice(-90))?.[0])).toEqual(
      pages.map(
        (_, index) =>
          `21 October 2025 to 21 November 2026, days in Europe/Rome page ${index + 1} of ${pages.length}`,
      ),
    );
    const withDays = pages.slice(1).filter((page) => printedDays([page]).length > 0);
    expect(withDays.map((page) => page.startsWith('Days (continued) Day Used Included Additional'))).toEqual(
      withDays.map(() => true),
    );
    const { days } = await json(query);
    expect(printedDays(pages)).toEqual(days.map(({ day }) => day));
  });

  it('keeps a day, its price steps and its note on one page', async () => {
    for (const page of await pdf('from=2025-10-21&to=2026-11-22')) {
      const body = page.replace(/^Days \(continued\).*?Status /, '');
      expect(body).not.toMatch(/^(?:credits |at \$|Known after)/);
    }
  });

  it('shows every character of a name, by its number if the font lacks it', async () => {
    const path = `/v1/orgs/${encodeURIComponent(STRANGE)}/billing/statement.pdf`;
    const text = (await fetchPdf(api, path, strange)).join(' ');
    expect(text).toContain('=HYPERLINK("http://evil/")\\u{005C} \\u{4E2D}\\u{6587} Ünï');
    expect(text).toContain('is written as its Unicode number');
  });
});
