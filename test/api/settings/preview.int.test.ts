import { SettingsPreviewAnswer } from '../../../api/settings/settings-preview-route.ts';
import { SubscriptionPreviewAnswer } from '../../../api/settings/subscription-preview-route.ts';
import type { Claims } from '../../../api/auth/tokens.ts';
import { openApi, type ApiUnderTest } from '../api-under-test.ts';
import { insertSettings } from '../tables.ts';

const NOW = Date.parse('2026-11-22T10:20:30.400Z');
const PLATFORM: Claims = { role: 'platform', sub: 'petra' };
const TERMS = { edition: 'standard', users: 10, additional_limit: 80_000 };

let api: ApiUnderTest;
beforeAll(async () => {
  api = await openApi('preview', NOW);
  for (const org of ['zone', 'day', 'terms', 'wrong']) {
    await insertSettings(api.clickhouse, [
      { org, value: { time_zone: 'UTC', billing_day: 1 } },
      { org, product: 'crm', value: TERMS },
    ]);
  }
});
afterAll(() => api.close());

const settings = (org: string, query: string) =>
  api.read(SettingsPreviewAnswer, `/v1/orgs/${org}/settings/preview?${query}`, PLATFORM);
const terms = (org: string, query: string, product = 'crm') =>
  api.read(SubscriptionPreviewAnswer, `/v1/orgs/${org}/subscriptions/${product}/preview?${query}`, PLATFORM);

describe('the preview of a change of settings', () => {
  it('has the first day in another time zone, as it then comes', async () => {
    const before = await settings('zone', 'time_zone=Asia/Tokyo');
    expect(before.as_it_is.tomorrow).toEqual({
      day: '2026-11-23',
      from: '2026-11-23T00:00:00.000Z',
      to: '2026-11-24T00:00:00.000Z',
    });
    // It begins where the day in UTC ends, and ends at a midnight in Tokyo.
    expect(before.as_it_would_be.tomorrow).toEqual({
      day: '2026-11-23',
      from: '2026-11-23T00:00:00.000Z',
      to: '2026-11-23T15:00:00.000Z',
    });
    await insertSettings(api.clickhouse, [{ org: 'zone', value: { time_zone: 'Asia/Tokyo' }, from: NOW }]);
    expect((await settings('zone', 'time_zone=Asia/Tokyo')).as_it_is).toEqual(before.as_it_would_be);
  });

  it('has the shorter period after another billing day, and what it costs at most, as it then comes', async () => {
    const before = await settings('day', 'billing_day=10');
    expect(before.as_it_is).toMatchObject({
      period: { from: '2026-11-01', to: '2026-12-01', days: 30 },
      next_period: { from: '2026-12-01', to: '2027-01-01', days: 31 },
      next_period_worst_cases: [{ product: 'crm', worst_case: { month: { days: 31, amount: '210.8' } } }],
    });
    expect(before.as_it_would_be).toMatchObject({
      period: { from: '2026-11-01', to: '2026-12-01', days: 30 },
      next_period: { from: '2026-12-01', to: '2026-12-10', days: 9 },
      next_period_worst_cases: [{ product: 'crm', worst_case: { month: { days: 9, amount: '61.2' } } }],
    });
    await insertSettings(api.clickhouse, [{ org: 'day', value: { billing_day: 10 }, from: NOW }]);
    expect((await settings('day', 'billing_day=10')).as_it_is).toEqual(before.as_it_would_be);
  });

  it('is rejected with the parameter that is wrong', async () => {
    const path = '/v1/orgs/wrong/settings/preview';
    for (const [query, parameter] of [
      ['time_zone=Mars/Base', 'time_zone'],
      ['billing_day=32', 'billing_day'],
    ] as const) {
      const { status, body } = await api.get(`${path}?${query}`, PLATFORM);
      expect({ status, body }).toMatchObject({
        status: 400,
        body: { errors: [expect.objectContaining({ parameter })] },
      });
    }
    expect((await api.get(path, PLATFORM)).status).toBe(400);
  });
});

describe('the preview of a subscription', () => {
  it('has the included credits of other terms, and the highest ones of today', async () => {
    const fewer = await terms('terms', 'edition=free&users=1');
    expect(fewer.as_it_is).toMatchObject({
      included: 52_500,
      today: { day: '2026-11-22', included: 52_500 },
    });
    expect(fewer.as_it_would_be).toMatchObject({
      edition: 'free',
      included: 5_000,
      additional_limit: 80_000,
      today: { included: 52_500 },
      worst_case: { day: { amount: '6.8' }, month: { days: 30, amount: '204' } },
    });
    const more = await terms('terms', 'edition=standard&users=20');
    expect(more.as_it_would_be).toMatchObject({ included: 55_000, today: { included: 55_000 } });
    await insertSettings(api.clickhouse, [
      { org: 'terms', product: 'crm', value: { edition: 'free', users: 1 }, from: NOW },
    ]);
    expect((await terms('terms', 'edition=free&users=1')).as_it_is).toEqual(fewer.as_it_would_be);
  });

  it('has no terms of before for a new one, and its first limit', async () => {
    const answer = await terms('wrong', 'edition=express&users=2&additional_limit=80000', 'bigin');
    expect(answer).toMatchObject({
      as_it_is: null,
      as_it_would_be: { included: 50_500, additional_limit: 80_000, worst_case: { day: { amount: '6.8' } } },
    });
  });

  it('is rejected for an edition that the catalogue does not have', async () => {
    const path = '/v1/orgs/wrong/subscriptions/crm/preview?edition=golden&users=1';
    expect(await api.get(path, PLATFORM)).toMatchObject({
      status: 400,
      body: { errors: [{ parameter: 'edition' }] },
    });
  });
});
