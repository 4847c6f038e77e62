import { connectKafka } from '../../../platform/kafka/connect.ts';
import { createLogger } from '../../../platform/logging.ts';
import { mintEventId } from '../../../schemas/event-id.ts';
import { topicNames } from '../../../schemas/topics.ts';
import { signToken, type Claims } from '../../../api/auth/tokens.ts';
import { readTopic } from '../../producers/read-topic.ts';
import { until } from '../../until.ts';
import { openApi, SECRET } from '../api-under-test.ts';
import { openWritableApi, type WritableApi } from '../writable-api.ts';

/** Events published through HTTP, on a real Kafka and ClickHouse. */
const PATH = '/v1/events';
const ANY: Claims = { role: 'publisher', sub: 'gateway' };
const OWN: Claims = { ...ANY, org: 'own' };
const CALL = {
  org_id: 'own',
  product: 'crm',
  user_id: 'ann',
  app_id: '-',
  method: 'GET',
  endpoint: '/leads',
  status: 200,
  credits: 3,
};

let api: WritableApi;
beforeAll(async () => {
  api = await openWritableApi('events', 'local');
});
afterAll(() => api.close());

/** Sends text as it is. */
async function post(mediaType: string, body: string | Buffer, claims = ANY) {
  const token = await signToken(SECRET, claims, Date.now() + 60_000);
  const response = await fetch(api.url + PATH, {
    method: 'POST',
    body,
    headers: { 'content-type': mediaType, authorization: `Bearer ${token}` },
  });
  const text = await response.text();
  const answer: unknown = JSON.parse(text);
  return { status: response.status, headers: Object.fromEntries(response.headers), body: answer };
}

async function usedBy(org: string): Promise<unknown> {
  const { body } = await api.get(`/v1/orgs/${org}/credits`, { role: 'admin', sub: 'ann', org });
  return Object(body).used;
}

const records = () =>
  readTopic(
    connectKafka(api.namespace.settings, 'test-events', createLogger('events', 'silent')),
    topicNames(api.namespace.settings.TOPIC_PREFIX).calls,
  );

describe('POST /v1/events', () => {
  it('publishes one event, which counts once however often it is sent', async () => {
    const now = Date.now();
    const event = { ...CALL, org_id: 'once', occurred_at: now, event_id: mintEventId(now, Buffer.alloc(10)) };
    for (let time = 0; time < 3; time += 1) {
      const { status, body } = await api.send(PATH, { method: 'POST', claims: ANY, body: event });
      expect({ status, body }).toEqual({
        status: 202,
        body: { accepted: 1, rejected: 0, results: [{ status: 'accepted', event_id: event.event_id }] },
      });
    }
    const inKafka = (await records()).filter(({ key }) => key?.toString() === 'once');
    expect(inKafka).toHaveLength(3);
    await until('it is counted', async () => (await usedBy('once')) === 3);
  });

  it('accepts the valid events among others, with a result for each in order', async () => {
    const events = [{ ...CALL, org_id: 'some' }, { ...CALL, credits: -1 }, 'x', { ...CALL, org_id: 'some' }];
    const { status, body } = await api.send(PATH, { method: 'POST', claims: ANY, body: { events } });
    expect(status).toBe(202);
    expect(body).toMatchObject({
      accepted: 2,
      rejected: 2,
      results: [
        { status: 'accepted', event_id: expect.any(String) },
        { status: 'rejected', reason: 'credits', detail: expect.stringContaining('-1') },
        { status: 'rejected', reason: 'shape' },
        { status: 'accepted' },
      ],
    });
    await until('they are counted', async () => (await usedBy('some')) === 6);
  });

  it('takes 1,000 lines of NDJSON, no more', async () => {
    const lines = Array.from({ length: 1_000 }, () => JSON.stringify({ ...CALL, org_id: 'lines' }));
    const { status, body } = await post('application/x-ndjson', lines.join('\n'));
    expect({ status, accepted: Object(body).accepted }).toEqual({ status: 202, accepted: 1_000 });
    await until('they are counted', async () => (await usedBy('lines')) === 3_000);
    expect(await post('application/x-ndjson', [...lines, lines[0]].join('\n'))).toMatchObject({
      status: 413,
      body: { type: 'payload-too-large' },
    });
  });

  it('takes CloudEvents, whose repeat counts once', async () => {
    const time = new Date().toISOString();
    const data = { ...CALL, org_id: 'cloud' };
    const event = { specversion: '1.0', id: '1', source: '/api', type: 'call', time, data };
    const one = await post('application/cloudevents+json', JSON.stringify(event));
    const batch = JSON.stringify([event, { ...event, id: '2' }]);
    const both = await post('application/cloudevents-batch+json; charset=utf-8', batch);
    expect([one.status, both.status]).toEqual([202, 202]);
    expect(Object(both.body).results[0]).toEqual(Object(one.body).results[0]);
    await until('they are counted', async () => (await usedBy('cloud')) === 6);
  });

  it('answers 400 with the results where no event is valid, and publishes nothing', async () => {
    const before = (await records()).length;
    const events = [{ ...CALL, status: 429 }, {}];
    expect(await api.send(PATH, { method: 'POST', claims: ANY, body: { events } })).toMatchObject({
      status: 400,
      body: {
        type: 'invalid-request',
        results: [
          { status: 'rejected', reason: 'rejected-with-credits' },
          { status: 'rejected', reason: 'shape', detail: 'org_id is missing' },
        ],
      },
    });
    expect(await records()).toHaveLength(before);
  });

  it('publishes for the token’s own org only', async () => {
    const foreign = { ...CALL, org_id: 'foreign' };
    const only = await api.send(PATH, { method: 'POST', claims: OWN, body: foreign });
    expect(only).toMatchObject({ status: 403, body: { type: 'forbidden' } });
    const both = await api.send(PATH, { method: 'POST', claims: OWN, body: { events: [foreign, CALL] } });
    expect(both).toMatchObject({
      status: 202,
      body: { results: [{ status: 'rejected', reason: 'foreign-org' }, { status: 'accepted' }] },
    });
    expect((await records()).filter(({ key }) => key?.toString() === 'foreign')).toEqual([]);
  });
});

describe('hostile bodies', () => {
  it.each([
    ['empty', 'application/json', '', 400],
    ['without events', 'application/json', '{"events":[]}', 400],
    ['of blank lines', 'application/x-ndjson', '\n \n', 400],
    ['cut off', 'application/json', '{"events":[{', 400],
    ['deep', 'application/json', `{"events":[${'['.repeat(100_000)}${']'.repeat(100_000)}]}`, 400],
    ['deep data', 'application/cloudevents+json', `{"data":${'{"a":'.repeat(1e5)}1${'}'.repeat(1e5)}}`, 400],
    ['not UTF-8', 'application/json', Buffer.from([0x7b, 0xff, 0x7d]), 400],
    ['larger than the limit', 'application/json', `"${'x'.repeat(2 * 1024 * 1024)}"`, 413],
    ['of another type', 'text/plain', '{}', 415],
    ['of a type that almost is one', 'application/jsonx', '{}', 415],
  ])('%s', async (_, mediaType, body, status) => {
    const answer = await post(mediaType, body);
    expect(answer.status).toBe(status);
    expect(JSON.stringify(answer.body).length).toBeLessThan(2_000);
  });

  it('of a CloudEvent in binary mode are not taken for a plain event, which would count twice', async () => {
    const headers = { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': '/', 'ce-type': 'call' };
    expect(await api.send(PATH, { method: 'POST', claims: ANY, body: CALL, headers })).toMatchObject({
      status: 415,
    });
  });

  it('other routes take JSON only', async () => {
    const answer = await api.send('/v1/orgs', {
      method: 'POST',
      claims: { role: 'platform', sub: 'p' },
      body: {},
      headers: { 'content-type': 'application/x-ndjson' },
    });
    expect(answer.status).toBe(415);
  });
});

it('without Kafka the answer is a 503 within the limit, with the ids to send again', async () => {
  const alone = await openApi('eventsaway', Date.now(), 'local', {
    kafkaBrokers: '127.0.0.1:1',
    recordWithinMs: 1_000,
  });
  try {
    const started = performance.now();
    expect(
      await alone.send(PATH, { method: 'POST', claims: ANY, body: { events: [CALL, {}] } }),
    ).toMatchObject({
      status: 503,
      headers: { 'retry-after': '5' },
      body: {
        type: 'unavailable',
        results: [{ status: 'unconfirmed', event_id: expect.any(String) }, { status: 'rejected' }],
      },
    });
    // Without its limit it would wait 25 s.
    expect(performance.now() - started).toBeLessThan(20_000);
  } finally {
    await alone.close();
  }
});
