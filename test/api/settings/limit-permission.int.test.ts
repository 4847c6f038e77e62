import type { Claims } from '../../../api/auth/tokens.ts';
import { SettingsAnswer } from '../../../api/settings/settings-answer.ts';
import { openWritableApi, PLATFORM, type WritableApi } from '../writable-api.ts';

const FAR = '2100-01-01T00:00:00.000Z';
const free = { edition: 'free', users: 1 };
const utc = (org_id: string) => ({ org_id, time_zone: 'UTC', billing_day: 1 });
const owner = (org: string): Claims => ({ role: 'super_admin', sub: 'owen', org });
const admin = (org: string): Claims => ({ role: 'admin', sub: 'ada', org });

let api: WritableApi;
beforeAll(async () => {
  api = await openWritableApi('limitpermission');
});
afterAll(() => api.close());

const rejected = (method: string, path: string, body: object) =>
  api.send(path, { method, body, claims: PLATFORM });

async function limitOf(org: string): Promise<number | undefined> {
  const { subscriptions } = await api.read(SettingsAnswer, `/v1/orgs/${org}/settings`, PLATFORM);
  return subscriptions[0]?.additional_limit;
}

describe('the additional limit', () => {
  it('of a new subscription may come from the platform; afterwards only the super admin changes it', async () => {
    const crm = '/v1/orgs/limits/subscriptions/crm';
    await api.write('POST', '/v1/orgs', utc('limits'));
    await api.write('PUT', crm, { ...free, additional_limit: 7 });
    expect(await limitOf('limits')).toBe(7);

    for (const changes of [
      { additional_limit: 8 },
      { additional_limit: 0 },
      { additional_limit: 8, effective_at: FAR },
    ]) {
      expect(await rejected('PUT', crm, { ...free, ...changes })).toMatchObject({
        status: 403,
        body: {
          type: 'forbidden',
          detail: expect.stringContaining('only the super admin'),
          errors: [{ pointer: '#/additional_limit' }],
        },
      });
    }
    await api.write('PUT', '/v1/orgs/limits/additional-limit', { credits: 9 }, owner('limits'));
    expect((await rejected('PUT', crm, { ...free, additional_limit: 7 })).status).toBe(403);
    // Repeated, it is not recorded, so that it undoes nothing that the super admin sets in the meantime.
    await api.write('PUT', crm, { ...free, users: 2, additional_limit: 9, effective_at: FAR });
    expect((await api.get('/v1/orgs/limits/additional-limit', admin('limits'))).body).toMatchObject({
      credits: 9,
      recorded_by: 'owen',
      later: [],
    });
  });

  it('and a repeated request of the platform stays the same request', async () => {
    await api.write('POST', '/v1/orgs', utc('repeated'));
    const send = (key: string, body: object) =>
      api.send('/v1/orgs/repeated/subscriptions/crm', {
        method: 'PUT',
        body,
        claims: PLATFORM,
        headers: { 'idempotency-key': key },
      });
    const first = { ...free, additional_limit: 7 };
    const begun = await send('begin', first);
    const kept = await send('keep', { ...first, users: 2 });
    await api.write('PUT', '/v1/orgs/repeated/additional-limit', { credits: 1 }, owner('repeated'));
    // A bare key and its quoted form are one key.
    expect(await send('"begin"', first)).toMatchObject({ status: 200, body: begun.body });
    expect(await send('keep', { ...first, users: 2 })).toMatchObject({
      status: 200,
      body: { recorded: Object(kept.body).recorded },
    });
    expect((await send('keep', { ...first, users: 3 })).status).toBe(409);
    expect(await limitOf('repeated')).toBe(1);
  });
});
