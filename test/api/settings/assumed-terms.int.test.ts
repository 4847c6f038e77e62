import { BillingAnswer } from '../../../api/billing/route.ts';
import { CreditsAnswer } from '../../../api/credits/route.ts';
import { OrgsAnswer } from '../../../api/orgs/routes.ts';
import { SettingsAnswer } from '../../../api/settings/settings-answer.ts';
import { openApi, type ApiUnderTest } from '../api-under-test.ts';
import { callEvent, insertEvents, insertSettings } from '../tables.ts';
import { PLATFORM } from '../writable-api.ts';

const NOW = Date.parse('2026-11-22T10:20:30.400Z');

let api: ApiUnderTest;
beforeAll(async () => {
  api = await openApi('assumed', NOW, 'local');
  await insertSettings(api.clickhouse, [
    { org: 'net-68', product: 'crm', value: { additional_limit: 20_000 }, from: NOW - 1_000 },
  ]);
  await insertEvents(api.clickhouse, [callEvent({ org_id: 'nett-68', occurred_at: NOW - 1_000 })]);
});
afterAll(() => api.close());

describe('in the local stack', () => {
  it.each([
    ['nett-68', 10_000, true],
    ['net-68', 20_000, false],
  ])('the terms of %s are a limit of %i, assumed: %s', async (org, additional_limit, terms_assumed) => {
    const admin = { role: 'admin', sub: 'ann', org } as const;
    expect(await api.read(CreditsAnswer, `/v1/orgs/${org}/credits`, admin)).toMatchObject({
      additional_limit,
      terms_assumed,
    });
    expect(await api.read(SettingsAnswer, `/v1/orgs/${org}/settings`, admin)).toMatchObject({
      subscriptions: [{ edition: 'free', users: 1, additional_limit }],
      terms_assumed,
    });
    expect(await api.read(BillingAnswer, `/v1/orgs/${org}/billing`, admin)).toMatchObject({ terms_assumed });
  });

  it('the list of all organisations says the same', async () => {
    const { orgs } = await api.read(OrgsAnswer, '/v1/orgs', PLATFORM);
    expect(orgs.map(({ org_id, terms_assumed }) => [org_id, terms_assumed])).toEqual([
      ['net-68', false],
      ['nett-68', true],
    ]);
  });
});
