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

describe('a statement', () => {
  it.each(['', 'from=2026-11-20', 'to=2026-11-07', OCTOBER])(
    'has the days of /billing/days for %j',
    async (query) => {
      const { from, to, days } = await json(query);
      const lines = linesOf(await csv(query), 'day');
      expect(lines.map(({ day }) => day)).toEqual(days.map(({ day }) => day));
      expect((await pdf(query))[0]).toContain(`${from} to ${to} (exclusive)`);
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
  it('separates days, adjustments, the total and the rounded total', async () => {
    const lines = await csv(NOVEMBER);
    expect(lines.map(({ line }) => line)).toEqual([
      ...Array.from({ length: 30 }, () => 'day'),
      'adjustment',
      'adjustment',
      'total',
      'rounded total',
    ]);
    expect(linesOf(await csv('from=2026-11-05&to=2026-11-10'), 'rounded total')).toEqual([]);
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
    });
  });

  it('rounds a billing period as the JSON does', async () => {
    const lines = await csv(OCTOBER);
    expect(linesOf(lines, 'total')).toMatchObject([{ billed_credits: '9536', amount: '1.33504' }]);
    expect(linesOf(lines, 'rounded total')).toMatchObject([{ billed_credits: '', amount: '1.34' }]);
  });

  it('never contains a formula', async () => {
    const path = `/v1/orgs/${encodeURIComponent(STRANGE)}/billing/statement.csv`;
    const lines = await fetchCsv(api, path, strange);
    expect(new Set(lines.map(({ org_id }) => org_id))).toEqual(new Set([`'${STRANGE}`]));
  });
});

describe('a statement as PDF', () => {
  it('is headed by organisation, product, period, time zone, next billing date, currency and issue date', async () => {
    expect((await pdf(NOVEMBER))[0]).toContain(
      [
        'Statement of additional API credits',
        'Organisation rome Product crm Billing period 2026-11-05 to 2026-12-05 (exclusive)',
        'Time zone of days Europe/Rome Next billing date 2026-12-05 Currency USD',
        'Issued at 2026-11-22T10:20:30.400Z (UTC)',
        'Status preliminary: 14 of 30 days are open and count as they stand Total USD 2.17',
      ].join(' '),
    );
  });

  it('has each day’s figures and price steps, the adjustments and the totals', async () => {
    const text = (await pdf(NOVEMBER)).join(' ');
    expect(text).toContain(
      '2026-11-20 2026-11-19 23:00:00 20000 5000 15000 10000 5000 10000 1.4 closed, revision 1 at 0.14 per 1000 10000 1.4',
    );
    expect(text).toContain('2026-11-19 2026-11-18 23:00:00 0 5000 0 10000 0 0 0 closed 2026-11-20');
    expect(text).toContain(
      'Adjustments of days whose own statement was final Day Closed Revision Billed in Difference Difference',
    );
    expect(text).toContain(
      '2026-10-25 2026-11-06T23:00:00.000Z revision 3 2026-11-05 to 2026-12-05 (exclusive) 1000 0.14',
    );
    expect(text).toContain('Exact 15500 2.17 Rounded total of the billing period 2.17');
  });

  it('explains how it is rounded', async () => {
    const october = (await pdf(OCTOBER)).join(' ');
    expect(october).toContain('Status final: these days never change Total USD 1.34');
    expect(october).toContain('Exact 9536 1.33504 Rounded total of the billing period 1.34');
    expect(october).toContain(
      'rounded once, half away from zero, to 2 decimals of USD. Nothing else is rounded.',
    );
    const part = (await pdf('from=2026-10-05&to=2026-11-04')).join(' ');
    expect(part).toContain('Range of days 2026-10-05 to 2026-11-04 (exclusive)');
    expect(part).toContain('Total USD 1.33504 (exact)');
    expect(part).toContain('so its total is exact and not rounded');
    expect(part).not.toContain('Rounded total');
  });

  it('numbers its pages and repeats the head of a table', async () => {
    const pages = await pdf('from=2025-10-21&to=2026-11-22');
    expect(pages.length).toBeGreaterThan(5);
    expect(pages.map((page) => /page \d+ of \d+$/.exec(page)?.[0])).toEqual(
      pages.map((_, index) => `page ${index + 1} of ${pages.length}`),
    );
    const withDays = pages.slice(1).filter((page) => /20\d\d-\d\d-\d\d 20\d\d-\d\d-\d\d \d\d:/.test(page));
    expect(withDays.map((page) => page.startsWith('Days (continued) Day Begins Used Included'))).toEqual(
      withDays.map(() => true),
    );
    const { days } = await json('from=2025-10-21&to=2026-11-22');
    const printed = pages.join(' ').matchAll(/(20\d\d-\d\d-\d\d) 20\d\d-\d\d-\d\d \d\d:00:00/g);
    expect(Array.from(printed, ([, day]) => day)).toEqual(days.map(({ day }) => day));
  });

  it('shows every character of a name, by its number if the font lacks it', async () => {
    const path = `/v1/orgs/${encodeURIComponent(STRANGE)}/billing/statement.pdf`;
    const text = (await fetchPdf(api, path, strange)).join(' ');
    expect(text).toContain('=HYPERLINK("http://evil/")\\u{005C} \\u{4E2D}\\u{6587} Ünï');
    expect(text).toContain('is written as its Unicode number');
  });
});
