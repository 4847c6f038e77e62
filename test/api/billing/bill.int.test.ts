import { BillingDaysAnswer } from '../../../api/billing/days-answer.ts';
import { BillingAnswer } from '../../../api/billing/route.ts';
import type { ApiUnderTest } from '../api-under-test.ts';
import { ADMIN, openRome } from './closed-days.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  ({ api } = await openRome('bill'));
});
afterAll(() => api.close());

describe('GET /v1/orgs/{org}/billing', () => {
  it('bills today, closed and ended days and late differences, and projects what is left of the period', async () => {
    expect(await api.read(BillingAnswer, '/v1/orgs/rome/billing', ADMIN)).toMatchObject({
      org_id: 'rome',
      product: 'crm',
      currency: 'USD',
      time_zone: 'Europe/Rome',
      period: { from: '2026-11-05', to: '2026-12-05' },
      next_billing_date: '2026-12-05',
      // 10,000 (limit) + 1,000 + 500 of the days, 1,000 and 3,000 of 25 and 26 October.
      accrued: { credits: 15_500, amount: '2.17' },
      // 12 days are left; the 16 closed ones billed 10,000 together.
      projected: { credits: 23_000, amount: '3.22' },
      days_closed: 16,
      adjustments: [
        { day: '2026-10-25', revision: 3, delta_credits: 1_000, delta_amount: '0.14' },
        { day: '2026-10-26', revision: 1, delta_credits: 3_000, delta_amount: '0.42' },
      ],
    });
  });

  it('accrues what the days of its period come to, and tells the same adjustments', async () => {
    const { period, accrued, adjustments } = await api.read(BillingAnswer, '/v1/orgs/rome/billing', ADMIN);
    const path = `/v1/orgs/rome/billing/days?from=${period.from}&to=${period.to}`;
    const days = await api.read(BillingDaysAnswer, path, ADMIN);
    expect({ credits: days.total.billed_credits, amount: days.total.amount }).toEqual(accrued);
    expect(days.adjustments).toEqual(adjustments);
  });

  it('names the subscription by product, and no other', async () => {
    expect((await api.get('/v1/orgs/rome/billing?product=crm', ADMIN)).status).toBe(200);
    expect((await api.get('/v1/orgs/rome/billing?product=bigin', ADMIN)).body).toMatchObject({
      type: 'no-subscription',
    });
  });
});
