import type { Static } from 'typebox';
import type { Claims } from '../../../api/auth/tokens.ts';
import { BillingDaysAnswer } from '../../../api/billing/days-answer.ts';
import { addDays } from '../../../domain/calendar/dates.ts';
import { ExplanationAnswer } from '../../../api/explanation/answer.ts';
import { CallsAnswer } from '../../../api/calls/answer.ts';
import type { ApiUnderTest } from '../api-under-test.ts';
import { ADMIN, NOW, openRome, TERMS } from '../billing/closed-days.ts';
import { callEvent, insertEvents, insertSettings } from '../tables.ts';

const DAY = '/v1/orgs/rome/billing/days';

let api: ApiUnderTest;
beforeAll(async () => {
  ({ api } = await openRome('explanation'));
  await insertSettings(api.clickhouse, [
    { org: 'apia', value: { time_zone: 'Pacific/Apia', billing_day: 1 } },
    { org: 'apia', product: 'crm', value: TERMS, from: NOW },
  ]);
});
afterAll(() => api.close());

const explain = (day: string, query = '', claims: Claims = ADMIN) =>
  api.read(ExplanationAnswer, `/v1/orgs/${claims.org}/billing/days/${day}/explanation?${query}`, claims);

type Sums = Static<typeof ExplanationAnswer>['total'];
const plus = (rows: readonly Sums[]): Sums => ({
  calls: rows.reduce((sum, { calls }) => sum + calls, 0),
  credits: rows.reduce((sum, { credits }) => sum + credits, 0),
  rejected: rows.reduce((sum, { rejected }) => sum + rejected, 0),
});

describe('GET /v1/orgs/{org}/billing/days/{day}/explanation', () => {
  it('explains how the charge was computed', async () => {
    expect(await explain('2026-11-20')).toMatchObject({
      org_id: 'rome',
      product: 'crm',
      day: '2026-11-20',
      from: '2026-11-19T23:00:00.000Z',
      to: '2026-11-20T23:00:00.000Z',
      charge: {
        used: 20_000,
        included: 5_000,
        additional_used: 15_000,
        additional_limit: 10_000,
        billed_credits: 10_000,
        over_limit: 5_000,
        amount: '1.4',
        currency: 'USD',
        price_book: '2020-09',
        slabs: [{ credits: 10_000, rate_per_1000: '0.14', amount: '1.4' }],
      },
      revisions: [{ revision: 1, used: 20_000, billed_credits: 10_000, amount: '1.4' }],
      pending: null,
      terms: [
        {
          from: '2026-11-19T23:00:00.000Z',
          to: '2026-11-20T23:00:00.000Z',
          edition: 'free',
          included: 5_000,
          formula: { base: 5_000, per_user: 0, users: 1, maximum: 5_000 },
          decides_included: true,
          additional_limit: 10_000,
          decides_additional_limit: true,
          change: { effective_at: '1970-01-01T00:00:00.000Z', recorded_by: 'test', reason: 'test' },
        },
      ],
      total: { calls: 1, credits: 20_000, rejected: 0 },
      hours: [{ from: '2026-11-20T10:00:00.000Z', to: '2026-11-20T11:00:00.000Z', credits: 20_000 }],
    });
  });

  it('lists every revision, and in which period its difference is billed', async () => {
    const { revisions } = await explain('2026-10-25');
    expect(
      revisions.map(({ revision, delta_credits, billed_in }) => [revision, delta_credits, billed_in.from]),
    ).toEqual([
      [1, 2_000, '2026-10-05'],
      [2, 500, '2026-10-05'],
      [3, 1_000, '2026-11-05'],
    ]);
  });

  it('shows the day as its statement does, and where later calls are billed', async () => {
    for (const date of ['2026-10-24', '2026-10-25', '2026-10-26', '2026-11-20', '2026-11-22', '2026-11-23']) {
      const { days } = await api.read(BillingDaysAnswer, `${DAY}?from=${date}&to=${addDays(date, 1)}`, ADMIN);
      expect([(await explain(date)).statement]).toEqual(days);
    }
    expect((await explain('2026-10-26')).statement).toMatchObject({
      used: 0,
      billed_credits: 0,
      later: { revision: 1, used: 8_000 },
      billed_as_adjustment: [{ credits: 3_000, amount: '0.42', billed_in: { from: '2026-11-05' } }],
    });
  });

  it('adds up on every level, and links to the calls', async () => {
    const users = ['ann', 'bob', 'cem'];
    await insertEvents(
      api.clickhouse,
      users.map((user_id, index) =>
        callEvent({ org_id: 'rome', occurred_at: NOW - 3_600_000 * index, credits: 7 + index, user_id }),
      ),
    );
    const { charge, revisions, total, hours, breakdowns, calls } = await explain('2026-11-22', 'top=1');
    expect(revisions).toEqual([]);
    expect(total).toEqual({ calls: 4, credits: 5_524, rejected: 0 });
    expect(charge?.used).toBe(total.credits);
    expect(plus(hours)).toEqual(total);
    for (const { top, other } of breakdowns) expect(plus([...top, other])).toEqual(total);
    expect(breakdowns.map(({ by, top }) => [by, top.length])).toEqual([
      ['user', 1],
      ['app', 1],
      ['route', 1],
      ['endpoint', 1],
      ['rule', 1],
    ]);
    const log = await api.read(CallsAnswer, calls, ADMIN);
    expect(log.calls.reduce((sum, { credits }) => sum + credits, 0)).toBe(total.credits);
  });

  it('shows what the next revision will change', async () => {
    const late = callEvent({
      org_id: 'rome',
      occurred_at: Date.parse('2026-10-26T11:00:00Z'),
      credits: 1_000,
    });
    await insertEvents(api.clickhouse, [late]);
    expect((await explain('2026-10-26')).pending).toEqual({
      used_credits: 1_000,
      delta_credits: 1_000,
      delta_amount: '0.14',
    });
  });

  it('has no charge on a day without a subscription, and no day that the time zone skips', async () => {
    const apia: Claims = { ...ADMIN, org: 'apia' };
    expect(await explain('2011-12-29', '', apia)).toMatchObject({
      charge: null,
      statement: { subscribed: false, billed_credits: 0 },
      terms: [],
      total: { calls: 0 },
    });
    const { status, body } = await api.get('/v1/orgs/apia/billing/days/2011-12-30/explanation', apia);
    expect(status).toBe(404);
    expect(body).toMatchObject({ type: 'not-found', detail: expect.stringContaining('2011-12-30') });
  });

  it.each([
    [`${DAY}/2026-02-30/explanation`, 'day'],
    [`${DAY}/today/explanation`, 'day'],
    [`${DAY}/2026-11-20/explanation?top=0`, 'top'],
    [`${DAY}/2026-11-20/explanation?top=1001`, 'top'],
  ])('rejects %s, naming %s', async (path, parameter) => {
    const { status, body } = await api.get(path, ADMIN);
    expect(status).toBe(400);
    expect(body).toMatchObject({ errors: [{ parameter }] });
  });
});
