import { createServer, type Server, type Socket } from 'node:net';
import type { Claims } from '../../../api/auth/tokens.ts';
import { HistoryAnswer } from '../../../api/settings/settings-routes.ts';
import { connectKafka, ensureTopics } from '../../../platform/kafka/connect.ts';
import { createLogger } from '../../../platform/logging.ts';
import { topicNames } from '../../../schemas/topics.ts';
import { startConsumer } from '../../consumers/consumer-process.ts';
import { until } from '../../until.ts';
import { openApi, type Answer, type ApiUnderTest } from '../api-under-test.ts';
import { callEvent, insertEvents } from '../tables.ts';

/** A settings change needs Kafka and a consumer; reading needs neither. */
const CLAIMS: Claims = { role: 'super_admin', sub: 'ann', org: 'acme' };
const LIMIT = '/v1/orgs/acme/additional-limit';

const put = (api: ApiUnderTest, credits: number): Promise<Answer> =>
  api.send(LIMIT, {
    method: 'PUT',
    body: { credits },
    claims: CLAIMS,
    headers: { 'idempotency-key': `set ${credits}` },
  });

describe('without Kafka', () => {
  let api: ApiUnderTest;
  beforeAll(async () => {
    api = await openApi('kafkaaway', Date.now(), 'local', { kafkaBrokers: '127.0.0.1:1' });
    await insertEvents(api.clickhouse, [callEvent({ org_id: 'acme', occurred_at: api.clock.now - 1 })]);
  });
  afterAll(() => api.close());

  it('a change is a 503 to retry, and nothing was recorded', async () => {
    expect(await put(api, 5)).toMatchObject({
      status: 503,
      headers: { 'retry-after': '2' },
      body: { type: 'unavailable', detail: expect.stringContaining('nothing was recorded') },
    });
  });

  it('everything can be read', async () => {
    expect((await api.get(LIMIT, CLAIMS)).body).toMatchObject({ credits: 10_000 });
    expect((await api.get('/v1/orgs/acme/credits', CLAIMS)).body).toMatchObject({ used: 1 });
    expect((await api.get('/v1/orgs', { role: 'platform', sub: 'petra' })).body).toEqual({
      orgs: [
        {
          org_id: 'acme',
          time_zone: 'UTC',
          billing_day: 1,
          terms_assumed: true,
          subscriptions: [{ product: 'crm', edition: 'free', users: 1, additional_limit: 10_000 }],
        },
      ],
      next_cursor: null,
    });
  });
});

it('a change on a frozen Kafka is a 503 with an unknown outcome', async () => {
  const frozen = await openSilence();
  const api = await openApi('kafkafrozen', Date.now(), 'local', {
    kafkaBrokers: frozen.address,
    recordWithinMs: 300,
  });
  expect(await put(api, 5)).toMatchObject({
    status: 503,
    body: { type: 'unavailable', detail: expect.stringContaining('It is not known') },
  });
  await frozen.close();
  await api.close();
});

it('a change that does not land is a 503; repeated with its key it is recorded once, and in effect', async () => {
  const api = await openApi('notlanding', Date.now(), 'local', { recordWithinMs: 1_500 });
  Object.defineProperty(api.clock, 'now', { get: Date.now });
  const { settings } = api.namespace;
  const kafka = connectKafka(settings, 'test-notlanding', createLogger('test', 'fatal'));
  await ensureTopics(kafka, topicNames(settings.TOPIC_PREFIX), 1);
  expect(await put(api, 7)).toMatchObject({
    status: 503,
    body: { detail: expect.stringContaining('It is not known') },
  });
  expect((await api.get(LIMIT, CLAIMS)).body).toMatchObject({ credits: 10_000 });

  const consumer = startConsumer(settings);
  await until('the repeated request is answered', async () => (await put(api, 7)).status === 200);
  expect((await api.get(LIMIT, CLAIMS)).body).toMatchObject({ credits: 7 });
  const { changes } = await api.read(HistoryAnswer, '/v1/orgs/acme/settings/history', CLAIMS);
  expect(changes).toHaveLength(1);
  await consumer.stop();
  await api.close();
  await api.namespace.drop();
});

/** Accepts connections and never answers. */
async function openSilence(): Promise<{ address: string; close: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    address: `127.0.0.1:${port}`,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
