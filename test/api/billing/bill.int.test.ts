import { BillingDaysAnswer } from '../../../api/billing/days-answer.ts';
import { BillingAnswer } from '../../../api/billing/route.ts';
import { WhatIfAnswer } from '../../../api/billing/what-if-answer.ts';
import type { ApiUnderTest } from '../api-under-test.ts';
import { ADMIN, openRome } from './closed-days.ts';

const NOVEMBER = { from: '2026-11-05', to: '2026-12-05' };

let api: ApiUnderTest;
beforeAll(async () => {
  ({ api } = await openRome('bill'));
});
afterAll(() => api.close());

const whatIf = (query: string) => api.read(WhatIfAnswer, `/v1/orgs/rome/billing/what-if?${query}`, ADMIN);

describe('GET /v1/orgs/{org}/billing', () => {
  it('bills today, closed and ended days and late differences, and projects what is left of the period', async () => {
    expect(await api.read(BillingAnswer, '/v1/orgs/rome/billing', ADMIN)).toMatchObject({
      org_id: 'rome',
      product: 'crm',
      currency: 'USD',
      time_zone: 'Europe/Rome',
      period: { from: '2026-11-05', to: '2026-12-05' },
      next_billing_date: '2026-12-05',
      // 10,000 (limit) + 1,000 + 500 from the days, 1,000 and 3,000 from 25 and 26 October.
      accrued: { credits: 15_500, amount: '2.17' },
      // 12 days are left; the 16 closed ones billed 10,000.
      projected: { credits: 23_000, amount: '3.22' },
      today: { day: '2026-11-22', credits: 500, amount: '0.07' },
      days_closed: 16,
      adjustments: [
        { day: '2026-10-25', revision: 3, delta_credits: 1_000, delta_amount: '0.14' },
        { day: '2026-10-26', revision: 1, delta_credits: 3_000, delta_amount: '0.42' },
      ],
    });
  });

  it('accrues the total of its period’s days, and shows the same adjustments', async () => {
    const { period, accrued, adjustments } = await api.read(BillingAnswer, '/v1/orgs/rome/billing', ADMIN);
    const path = `/v1/orgs/rome/billing/days?from=${period.from}&to=${period.to}`;
    const days = await api.read(BillingDaysAnswer, path, ADMIN);
    expect({ credits: days.total.billed_credits, amount: days.total.amount }).toEqual(accrued);
    expect(days.adjustments).toEqual(adjustments);
  });

  it('lists the periods before it, the latest first, without gaps', async () => {
    const { period, previous_periods } = await api.read(BillingAnswer, '/v1/orgs/rome/billing', ADMIN);
    expect(previous_periods.slice(0, 2)).toEqual([
      { from: '2026-10-05', to: '2026-11-05' },
      { from: '2026-09-05', to: '2026-10-05' },
    ]);
    expect(previous_periods.map(({ to }) => to)).toEqual(
      [period, ...previous_periods].slice(0, -1).map(({ from }) => from),
    );
    expect(previous_periods).toHaveLength(12);
  });

  it('selects the subscription by product', async () => {
    expect((await api.get('/v1/orgs/rome/billing?product=crm', ADMIN)).status).toBe(200);
    expect((await api.get('/v1/orgs/rome/billing?product=bigin', ADMIN)).body).toMatchObject({
      type: 'no-subscription',
    });
  });
});

describe('GET /v1/orgs/{org}/billing/what-if', () => {
  it('bills the last period again with another limit, day by day', async () => {
    const { days, ...answer } = await whatIf('additional_limit=1000');
    expect(answer).toEqual({
      org_id: 'rome',
      product: 'crm',
      currency: 'USD',
      period: { from: '2026-10-05', to: '2026-11-05' },
      // 7,036 on 24 October, 3,500 and 3,000 on the days after it, late calls included.
      as_it_was: { billed_credits: 13_536, amount: '1.89504', rounded_amount: '1.9' },
      as_it_would_be: { billed_credits: 3_000, amount: '0.42', rounded_amount: '0.42' },
      billed: {
        in_own_statement: { credits: 9_536, amount: '1.33504' },
        as_adjustment: [{ credits: 4_000, amount: '0.56', billed_in: NOVEMBER }],
      },
    });
    expect(days).toHaveLength(31);
    expect(days.find(({ day }) => day === '2026-10-24')).toEqual({
      day: '2026-10-24',
      used: 12_036,
      as_it_was: {
        included: 5_000,
        additional_limit: 10_000,
        billed_credits: 7_036,
        over_limit: 0,
        amount: '0.98504',
      },
      as_it_would_be: {
        included: 5_000,
        additional_limit: 1_000,
        billed_credits: 1_000,
        over_limit: 6_036,
        amount: '0.14',
      },
      billed_as_adjustment: [],
    });
    expect(days.find(({ day }) => day === '2026-10-26')?.billed_as_adjustment).toEqual([
      { credits: 3_000, amount: '0.42', billed_in: NOVEMBER },
    ]);
  });

  it('accepts another edition and number of users', async () => {
    const { as_it_would_be, days } = await whatIf('edition=standard&users=4');
    expect(as_it_would_be).toEqual({ billed_credits: 0, amount: '0', rounded_amount: '0' });
    expect(days[0]?.as_it_would_be).toMatchObject({ included: 51_000, additional_limit: 10_000 });
  });

  it.each([
    ['', ['edition', 'users', 'additional_limit']],
    ['edition=gold', ['edition']],
    ['users=-1', ['users']],
    ['additional_limit=many', ['additional_limit']],
    ['additional_limit=1000000000001', ['additional_limit']],
  ])('rejects ?%s, naming %j', async (query, parameters) => {
    const { status, body } = await api.get(`/v1/orgs/rome/billing/what-if?${query}`, ADMIN);
    expect(status).toBe(400);
    expect(body).toMatchObject({ errors: parameters.map((parameter) => ({ parameter })) });
  });
});
