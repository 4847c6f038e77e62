import type { Claims } from '../../../api/auth/tokens.ts';
import { BillingDaysAnswer } from '../../../api/billing/days-answer.ts';
import type { DailyCharge } from '../../../schemas/daily-charge.ts';
import type { ApiUnderTest } from '../api-under-test.ts';
import { insertCharges, insertLanded, insertSettings } from '../tables.ts';
import { ADMIN, NOW, openRome, TERMS } from './closed-days.ts';

let api: ApiUnderTest;
let charges: DailyCharge[];

beforeAll(async () => {
  ({ api, charges } = await openRome('billing'));
  await insertSettings(api.clickhouse, [
    { org: 'apia', value: { time_zone: 'Pacific/Apia', billing_day: 1 } },
    { org: 'apia', product: 'crm', value: TERMS },
  ]);
});
afterAll(() => api.close());

const billing = (query: string, claims = ADMIN) =>
  api.read(BillingDaysAnswer, `/v1/orgs/${claims.org}/billing/days?${query}`, claims);

const dayOf = (answer: BillingDaysAnswer, day: string) => answer.days.find((row) => row.day === day);

/** Records that the log of charges has landed up to an instant. */
async function octoberDay(watermark: string, observedAt: number) {
  const until = Date.parse(watermark);
  await insertLanded(api.clickhouse, 'daily-charges', { until, observedAt, isCaughtUp: false });
  return dayOf(await billing('from=2026-10-25&to=2026-10-26'), '2026-10-25');
}

describe('GET /v1/orgs/{org}/billing/days', () => {
  it('returns the 30 dates that end today without a gap, zeros included', async () => {
    const answer = await billing('');
    expect(answer).toMatchObject({ product: 'crm', currency: 'USD', from: '2026-10-24', to: '2026-11-23' });
    expect(answer.days).toHaveLength(30);
    expect(answer.days.map(({ day }) => day)).toEqual(answer.days.map(({ day }) => day).toSorted());
    expect(answer.days.slice(1).map(({ from }) => from)).toEqual(
      answer.days.slice(0, -1).map(({ to }) => to),
    );
    expect(answer.days.at(-1)).toMatchObject({ day: '2026-11-22', to: '2026-11-22T23:00:00.000Z' });
    expect(answer.total).toEqual({ billed_credits: 25_036, amount: '3.50504', rounded_amount: null });
  });

  it('shows a closed day as in the log', async () => {
    expect(dayOf(await billing(''), '2026-11-20')).toEqual({
      day: '2026-11-20',
      from: '2026-11-19T23:00:00.000Z',
      to: '2026-11-20T23:00:00.000Z',
      status: 'closed',
      begun: true,
      subscribed: true,
      revision: 1,
      used: 20_000,
      included: 5_000,
      additional_limit: 10_000,
      additional_used: 15_000,
      billed_credits: 10_000,
      over_limit: 5_000,
      amount: '1.4',
      slabs: [{ credits: 10_000, rate_per_1000: '0.14', amount: '1.4' }],
      later: null,
      billed_as_adjustment: [],
    });
  });

  it('counts open days as they stand', async () => {
    const answer = await billing('from=2026-11-19');
    expect(answer.days.map(({ status, used, amount }) => [status, used, amount])).toEqual([
      ['closed', 0, '0'],
      ['closed', 20_000, '1.4'],
      ['open', 6_000, '0.14'],
      ['open', 5_500, '0.07'],
    ]);
  });

  it('freezes a final day at what its own period billed, and shows later differences as adjustments', async () => {
    const answer = await billing('');
    const billed_in = { from: '2026-11-05', to: '2026-12-05' };
    expect(dayOf(answer, '2026-10-25')).toMatchObject({
      from: '2026-10-24T22:00:00.000Z',
      to: '2026-10-25T23:00:00.000Z',
      status: 'final',
      revision: 2,
      used: 7_500,
      billed_credits: 2_500,
      amount: '0.35',
      later: { revision: 3, used: 8_500, additional_used: 3_500, over_limit: 0 },
      billed_as_adjustment: [{ credits: 1_000, amount: '0.14', billed_in }],
    });
    expect(dayOf(answer, '2026-10-26')).toMatchObject({
      status: 'final',
      revision: null,
      used: 0,
      included: 5_000,
      additional_used: 0,
      billed_credits: 0,
      amount: '0',
      slabs: [],
      later: { revision: 1, used: 8_000, additional_used: 3_000, over_limit: 0 },
      billed_as_adjustment: [{ credits: 3_000, amount: '0.42', billed_in }],
    });
    expect(answer.adjustments).toEqual([
      {
        day: '2026-10-25',
        revision: 3,
        delta_credits: 1_000,
        delta_amount: '0.14',
        billed_in,
        closed_at: '2026-11-06T23:00:00.000Z',
      },
      {
        day: '2026-10-26',
        revision: 1,
        delta_credits: 3_000,
        delta_amount: '0.42',
        billed_in,
        closed_at: '2026-11-12T08:00:00.000Z',
      },
    ]);
  });

  it('rounds exactly one billing period, half away from zero, and nothing else', async () => {
    const period = await billing('from=2026-10-05&to=2026-11-05');
    expect(period.adjustments).toEqual([]);
    expect(period.total).toEqual({ billed_credits: 9_536, amount: '1.33504', rounded_amount: '1.34' });
    for (const range of [
      'from=2026-10-05&to=2026-11-04',
      'from=2026-10-06&to=2026-11-05',
      'from=2026-10-05&to=2026-12-05',
    ]) {
      expect((await billing(range)).total.rounded_amount).toBeNull();
    }
  });

  it('bills the days and adjustments of a running period, with zeros for future days', async () => {
    const period = await billing('from=2026-11-05&to=2026-12-05');
    expect(period.days).toHaveLength(30);
    expect(period.days.at(-1)).toMatchObject({ day: '2026-12-04', used: 0, included: 5_000 });
    expect(period.days.filter(({ begun }) => begun).map(({ day }) => day)).toEqual(
      period.days.map(({ day }) => day).filter((day) => day <= '2026-11-22'),
    );
    expect(period.adjustments).toHaveLength(2);
    expect(period.total).toEqual({ billed_credits: 15_500, amount: '2.17', rounded_amount: '2.17' });
  });

  it('bills every difference of the log once over the periods, in addition to open days', async () => {
    const ranges = [
      'from=2026-09-05&to=2026-10-05',
      'from=2026-10-05&to=2026-11-05',
      'from=2026-11-05&to=2026-12-05',
    ];
    const totals = await Promise.all(
      ranges.map(async (range) => (await billing(range)).total.billed_credits),
    );
    const inLog = charges.reduce((sum, charge) => sum + charge.delta_credits, 0);
    const open = 1_000 + 500;
    expect(totals.reduce((sum, total) => sum + total, 0)).toBe(inLog + open);
    expect((await billing('from=2026-09-05&to=2026-12-05')).total.billed_credits).toBe(inLog + open);
  });

  it('shows a day without usage as closed by time alone, and final with its period', async () => {
    const answer = await billing('from=2026-10-27&to=2026-11-23');
    expect(dayOf(answer, '2026-10-27')).toMatchObject({ status: 'final', revision: null, used: 0 });
    expect(dayOf(answer, '2026-11-05')).toMatchObject({ status: 'closed', revision: null, used: 0 });
  });

  it('has no row for a date that the time zone skips', async () => {
    const apia: Claims = { ...ADMIN, org: 'apia' };
    const { days } = await billing('from=2011-12-29&to=2012-01-01', apia);
    expect(days.map(({ day }) => day)).toEqual(['2011-12-29', '2011-12-31']);
    expect(days[0]?.to).toBe(days[1]?.from);
  });

  it('spans at most 13 months and a day', async () => {
    expect((await billing('from=2025-10-21&to=2026-11-22')).days).toHaveLength(397);
    const { status, body } = await api.get('/v1/orgs/rome/billing/days?from=2025-10-20&to=2026-11-22', ADMIN);
    expect(status).toBe(400);
    expect(body).toMatchObject({ type: 'range-too-long' });
  });

  it.each([
    ['from=2026-11-22&to=2026-11-22', 'to'],
    ['from=2026-11-23', 'to'],
    ['from=2026-11-31', 'from'],
    ['from=yesterday', 'from'],
    ['to=2026-11-22T00:00:00Z', 'to'],
    ['to=9999-12-31', 'to'],
    ['days=7', 'days'],
  ])('rejects ?%s, naming %s', async (query, parameter) => {
    const { status, body } = await api.get(`/v1/orgs/rome/billing/days?${query}`, ADMIN);
    expect(status).toBe(400);
    expect(body).toMatchObject({ errors: expect.arrayContaining([expect.objectContaining({ parameter })]) });
  });

  it('is a 503 to retry if a charge’s price book has only just landed', async () => {
    const [charge] = charges;
    if (!charge) throw new Error('rome has no charges');
    const own = { billed_from: '2026-10-01', billed_to: '2026-11-01' };
    await insertCharges(api.clickhouse, [{ ...charge, ...own, org_id: 'apia', price_book: 'next' }]);
    const apia: Claims = { ...ADMIN, org: 'apia' };
    const { status, headers, body } = await api.get('/v1/orgs/apia/billing/days?from=2026-10-20', apia);
    expect({ status, retryAfter: headers['retry-after'] }).toEqual({ status: 503, retryAfter: '2' });
    expect(body).toMatchObject({ type: 'unavailable', detail: expect.stringContaining('"next"') });
  });

  it('keeps ended days open while landing lags behind their grace', async () => {
    const stuck = { until: Date.parse('2026-11-18T23:14:59.999Z'), observedAt: NOW + 1, isCaughtUp: false };
    await insertLanded(api.clickhouse, 'api-calls', stuck);
    const statuses = (await billing('from=2026-11-17&to=2026-11-20')).days.map(({ status }) => status);
    expect(statuses).toEqual(['closed', 'open', 'open']);
  });

  it('does not show a statement as final before everything appended until then has landed', async () => {
    // And a minute more: Kafka's clock decides when a record was appended, a consumer's when it was reported.
    const early = await octoberDay('2026-11-06T23:00:59.999Z', NOW + 1);
    expect(early).toMatchObject({ status: 'closed', billed_credits: 2_500 });
    expect(await octoberDay('2026-11-06T23:01:00.000Z', NOW + 2)).toMatchObject({ status: 'final' });
  });
});
