import type { Claims } from '../../../api/auth/tokens.ts';
import { OrgsAnswer } from '../../../api/orgs/routes.ts';
import { SettingsAnswer } from '../../../api/settings/settings-answer.ts';
import { HistoryAnswer } from '../../../api/settings/settings-routes.ts';
import { connectKafka } from '../../../platform/kafka/connect.ts';
import { createLogger } from '../../../platform/logging.ts';
import { encodeSettingsChange } from '../../../schemas/settings-change.ts';
import { topicNames } from '../../../schemas/topics.ts';
import { until } from '../../until.ts';
import { openWritableApi, PLATFORM, type WritableApi } from '../writable-api.ts';

const FAR = '2100-01-01T00:00:00.000Z';
const admin = (org: string): Claims => ({ role: 'admin', sub: 'ann', org });
const utc = (org_id: string) => ({ org_id, time_zone: 'UTC', billing_day: 1 });
const free = { edition: 'free', users: 1 };

let api: WritableApi;
beforeAll(async () => {
  api = await openWritableApi('time_zones');
});
afterAll(() => api.close());

const settingsOf = (org: string) => api.read(SettingsAnswer, `/v1/orgs/${org}/settings`, PLATFORM);
const rejected = (method: string, path: string, body: object) =>
  api.send(path, { method, body, claims: PLATFORM });

describe('a time zone that the calendar cannot compute with', () => {
  const UNKNOWN = { status: 400, body: { type: 'unknown-time-zone', errors: [{ pointer: '#/time_zone' }] } };

  it.each(['BST', 'IST', 'Mars/Olympus', '+05:30', 'US/Pacific-New', ''])(
    '%j is a 400, and nothing is recorded',
    async (zone) => {
      await api.write('POST', '/v1/orgs', utc(`zone-${zone}`));
      const path = `/v1/orgs/${encodeURIComponent(`zone-${zone}`)}/settings`;
      expect(await rejected('POST', '/v1/orgs', { ...utc('zoned'), time_zone: zone })).toMatchObject(UNKNOWN);
      expect(await rejected('PATCH', path, { time_zone: zone })).toMatchObject(UNKNOWN);
      expect(await rejected('PATCH', path, { time_zone: zone, effective_at: FAR })).toMatchObject(UNKNOWN);
      expect((await api.get('/v1/orgs/zoned/settings', PLATFORM)).status).toBe(404);
      const { changes } = await api.read(HistoryAnswer, `${path}/history`, PLATFORM);
      expect(changes).toHaveLength(1);
    },
  );

  it('that a log holds already makes that organisation say so, and no other; a new time zone ends it', async () => {
    const { settings } = api.namespace;
    const kafka = connectKafka(settings, 'poison', createLogger('poison', 'fatal'));
    const producer = kafka.producer();
    await producer.connect();
    const change = {
      change_id: 'old-1',
      org_id: 'old',
      kind: 'new-org',
      product: '',
      effective_at: 0,
      recorded_by: 'an older release',
      reason: '',
    };
    const value = encodeSettingsChange({
      ...change,
      value: JSON.stringify({ time_zone: 'BST', billing_day: 1 }),
    });
    await producer.send({
      topic: topicNames(settings.TOPIC_PREFIX).settings,
      messages: [{ key: 'old', value }],
    });
    await producer.disconnect();
    await api.write('POST', '/v1/orgs', utc('bystander'));

    const needsZone = {
      status: 409,
      body: { type: 'no-time-zone', detail: expect.stringContaining('"BST"') },
    };
    await until(
      'the record has landed',
      async () => (await api.get('/v1/orgs/old/settings', PLATFORM)).status === 409,
    );
    for (const path of ['settings', 'billing', 'billing/days', 'additional-limit']) {
      const claims = path === 'settings' ? PLATFORM : admin('old');
      const answer = await api.get(`/v1/orgs/old/${path}`, claims);
      // Without a subscription the other resources are a 404 before they need days.
      expect([404, 409]).toContain(answer.status);
    }
    expect(await api.get('/v1/orgs/old/settings', PLATFORM)).toMatchObject(needsZone);
    const { changes } = await api.read(HistoryAnswer, '/v1/orgs/old/settings/history', PLATFORM);
    expect(changes).toMatchObject([{ refused: [{ code: 'unknown-time-zone' }] }]);
    const { orgs } = await api.read(OrgsAnswer, '/v1/orgs?limit=100', PLATFORM);
    expect(orgs).toEqual(
      expect.arrayContaining([expect.objectContaining({ org_id: 'old', time_zone: 'BST' })]),
    );

    await api.write('PUT', '/v1/orgs/old/subscriptions/crm', free);
    expect(await api.get('/v1/orgs/old/billing', admin('old'))).toMatchObject(needsZone);
    await api.write('PATCH', '/v1/orgs/old/settings', { time_zone: 'Europe/London' });
    expect(await settingsOf('old')).toMatchObject({ time_zone: 'Europe/London' });
    expect((await api.get('/v1/orgs/old/billing/days', admin('old'))).status).toBe(200);
  });
});
