import { BillingDaysAnswer } from '../../../api/billing/days-answer.ts';
import { StatementsAnswer } from '../../../api/billing/statements-route.ts';
import type { ApiUnderTest } from '../api-under-test.ts';
import { ADMIN, openRome } from './closed-days.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  ({ api } = await openRome('statementslist'));
});
afterAll(() => api.close());

const list = () => api.read(StatementsAnswer, '/v1/orgs/rome/billing/statements', ADMIN);

describe('GET /v1/orgs/{org}/billing/statements', () => {
  it('has the current period and the twelve before it, each with the total of its days', async () => {
    const { statements, currency } = await list();
    expect(currency).toBe('USD');
    expect(statements).toHaveLength(13);
    for (const { from, to, billed_credits, amount, rounded_amount } of statements) {
      const path = `/v1/orgs/rome/billing/days?from=${from}&to=${to}`;
      const { total } = await api.read(BillingDaysAnswer, path, ADMIN);
      expect([from, { billed_credits, amount, rounded_amount }]).toEqual([from, total]);
    }
  });

  it('says which are final, and which bills what another period’s statement missed', async () => {
    const { statements } = await list();
    expect(statements.slice(0, 3)).toMatchObject([
      // The days so far, and the adjustments of 25 and 26 October.
      { from: '2026-11-05', to: '2026-12-05', status: 'open', billed_credits: 15_500, amount: '2.17' },
      // 7,036 of 24 October and 2,500 of the 25th, as they were known when the statement became final.
      { from: '2026-10-05', to: '2026-11-05', status: 'final', billed_credits: 9_536 },
      { from: '2026-09-05', to: '2026-10-05', status: 'final', billed_credits: 0, amount: '0' },
    ]);
  });

  it('needs a subscription, like every bill', async () => {
    expect((await api.get('/v1/orgs/rome/billing/statements?product=bigin', ADMIN)).body).toMatchObject({
      type: 'no-subscription',
    });
  });
});
