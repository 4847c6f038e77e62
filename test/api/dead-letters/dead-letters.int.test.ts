import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';
import { connectKafka } from '../../../platform/kafka/connect.ts';
import { AcknowledgedProducer } from '../../../platform/kafka/acknowledged-producer.ts';
import { createLogger } from '../../../platform/logging.ts';
import { encodeCallEvent } from '../../../schemas/call-event.ts';
import { topicNames, type Topics } from '../../../schemas/topics.ts';
import { DAY_MS } from '../../../schemas/time-units.ts';
import { DeadLetterAnswer, DeadLettersAnswer } from '../../../api/dead-letters/answer.ts';
import type { Claims } from '../../../api/auth/tokens.ts';
import { eventOf } from '../../consumers/event.ts';
import { until } from '../../until.ts';
import { openWritableApi, PLATFORM, type WritableApi } from '../writable-api.ts';

const NOW = Date.now();
let api: WritableApi;
let topics: Topics;
let producer: AcknowledgedProducer;
beforeAll(async () => {
  api = await openWritableApi('deadletters');
  const { settings } = api.namespace;
  topics = topicNames(settings.TOPIC_PREFIX);
  producer = new AcknowledgedProducer(connectKafka(settings, 'test', createLogger('test', 'fatal')));
  // So far ahead that it is future-dated whenever it is appended and checked.
  const event = eventOf({ occurred_at: Date.now() + DAY_MS, org_id: 'acme', credits: 2 });
  const records = [
    encodeCallEvent(event),
    encodeCallEvent(event).subarray(0, 40),
    null,
    ...Array.from({ length: 5 }, (_, index) =>
      encodeCallEvent(eventOf({ occurred_at: NOW - 36 * DAY_MS, org_id: 'acme' }, index)),
    ),
  ];
  await producer.sendAcknowledged(
    topics.calls,
    records.map((value) => ({ key: 'acme', value })),
  );
  await until('all are quarantined', async () => (await list('')).length === records.length);
});
afterAll(async () => {
  await producer.close();
  await api.close();
});

/** All pages of a list. */
async function list(query: string) {
  const found: Static<typeof DeadLettersAnswer>['dead_letters'] = [];
  let cursor = '';
  do {
    const page = await api.read(DeadLettersAnswer, `/v1/dead-letters?limit=3${query}${cursor}`, PLATFORM);
    found.push(...page.dead_letters);
    cursor = page.next_cursor === null ? '' : `&cursor=${page.next_cursor}`;
  } while (cursor !== '');
  return found;
}
const show = (id: string) => api.read(DeadLetterAnswer, `/v1/dead-letters/${id}`, PLATFORM);
const Replayed = Type.Object({ replay: Type.String(), published: Type.Integer(), skipped: Type.Integer() });
const Outcome = Type.Object({ landed: Type.Integer() });
const replay = async (body: object): Promise<Static<typeof Replayed>> =>
  Value.Parse(Replayed, (await api.write('POST', '/v1/dead-letters/replay', body)).body);

describe('GET /v1/dead-letters', () => {
  it('lists them page by page, the newest first, each once', async () => {
    const all = await list('');
    expect(all.map(({ offset }) => offset)).toEqual([7, 6, 5, 4, 3, 2, 1, 0]);
    expect(all.at(-1)).toMatchObject({
      id: `${topics.calls}/0/0`,
      reason: 'future-dated',
      org_id: 'acme',
      state: 'open',
      replays: 0,
      replayed_as: null,
      replay_of: null,
    });
  });

  it.each([
    ['&reason=too-late', 5],
    ['&org=acme', 8],
    ['&org=other', 0],
    ['&partition=0&state=open', 8],
    ['&state=counted', 0],
    [`&to=${new Date(NOW - DAY_MS).toISOString()}`, 0],
    [`&from=${new Date(NOW - DAY_MS).toISOString()}&reason=not-an-event`, 2],
  ])('filters by %s', async (query, expected) => {
    expect(await list(query)).toHaveLength(expected);
  });

  it.each([
    'reason=bad',
    'partition=70000',
    'from=today',
    'cursor=e30',
    'from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z',
  ])('rejects %s', async (query) => {
    expect((await api.get(`/v1/dead-letters?${query}`, PLATFORM)).status).toBe(400);
  });
});

describe('one dead letter', () => {
  it('says why and what to do, with its bytes and its fields up to where reading stopped', async () => {
    const torn = await show(`${topics.calls}/0/1`);
    expect(torn).toMatchObject({
      reason: 'not-an-event',
      rule: 'the bytes are not an Avro encoded event',
      advice: expect.stringContaining('Look at the bytes'),
      counts_now: { counts: false, reason: 'not-an-event' },
      message: { encoding: 'single-object', stopped: expect.stringContaining('is cut off at byte') },
    });
    expect(torn.message?.fields.map(({ name }) => name)).toEqual(['event_id', 'occurred_at', 'org_id']);
    const { value_hex, value_base64 } = torn.bytes ?? {};
    expect(value_hex).toHaveLength(80);
    expect(Buffer.from(value_base64 ?? '', 'base64').toString('hex')).toBe(value_hex);
  });

  it('may be a null value', async () => {
    const { bytes, message } = await show(`${topics.calls}/0/2`);
    expect({ bytes, message }).toMatchObject({ bytes: { value_base64: null }, message: null });
  });

  it('is a 404 where there is none', async () => {
    expect((await api.get('/v1/dead-letters/api-calls/0/99', PLATFORM)).status).toBe(404);
  });
});

it('the export has every line with its bytes', async () => {
  const { body, headers } = await api.get('/v1/dead-letters/export?reason=too-late', PLATFORM);
  expect(headers['content-type']).toMatch(/^application\/x-ndjson/);
  const lines = String(body).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toMatchObject(
    [3, 4, 5, 6, 7].map((offset) => ({
      offset,
      has_bytes: true,
      is_cut: false,
      value_base64: expect.any(String),
    })),
  );
});

describe('POST /v1/dead-letters/replay', () => {
  it('replays what would count now, and nothing else: a future-dated one once its time has come', async () => {
    expect(await api.get('/v1/dead-letters/check', PLATFORM)).toMatchObject({
      body: { checked: 8, countable: 0, next_cursor: null },
    });
    // Kafka's clock does not move with the test: the API's does.
    Object.defineProperty(api.clock, 'now', { get: () => Date.now() + DAY_MS });
    expect(await api.get('/v1/dead-letters/check?reason=future-dated', PLATFORM)).toMatchObject({
      body: { checked: 1, countable: 1, countable_by_reason: [{ reason: 'future-dated', records: 1 }] },
    });
    Object.defineProperty(api.clock, 'now', { get: Date.now });
    expect(await replay({ countable: true })).toMatchObject({ published: 0, skipped: 8 });
  });

  it('replays what is named; what is rejected again says so, and names the new dead letter', async () => {
    const id = `${topics.calls}/0/3`;
    const answer = await replay({ ids: [id, id] });
    expect(answer).toMatchObject({ published: 1, skipped: 0 });
    await until('it has landed', async () => {
      const { landed } = await api.read(Outcome, `/v1/dead-letters/replays/${answer.replay}`, PLATFORM);
      return landed === 1;
    });
    expect(await show(id)).toMatchObject({
      state: 'quarantined-again',
      replays: 1,
      replayed_as: { id: `${topics.calls}/0/8`, replay: answer.replay, reason: 'too-late' },
    });
    expect(await show(`${topics.calls}/0/8`)).toMatchObject({ state: 'open', replay_of: id });
    expect(await list(`&replay=${answer.replay}`)).toHaveLength(1);
  });

  it.each([
    [{}],
    [{ ids: [] }],
    [{ ids: ['x'] }],
    [{ ids: ['api-calls/0/0'], countable: true }],
    [{ ids: ['api-calls/0/0'], org: 'acme' }],
    [{ countable: false }],
    [{ org: 'acme' }],
  ])('rejects %j', async (body) => {
    const { status } = await api.send('/v1/dead-letters/replay', { method: 'POST', claims: PLATFORM, body });
    expect(status).toBe(400);
  });

  it('replays nothing where one of the named does not exist', async () => {
    const body = { ids: [`${topics.calls}/0/4`, `${topics.calls}/0/99`] };
    const { status } = await api.send('/v1/dead-letters/replay', { method: 'POST', claims: PLATFORM, body });
    expect(status).toBe(404);
    expect(await show(`${topics.calls}/0/4`)).toMatchObject({ state: 'open' });
  });
});

it('no one but the platform sees or replays them', async () => {
  const others: Claims[] = [
    { role: 'super_admin', sub: 'ann', org: 'acme' },
    { role: 'admin', sub: 'ann', org: 'acme' },
    { role: 'billing', sub: 'bill' },
    { role: 'publisher', sub: 'pub' },
  ];
  for (const claims of others) {
    expect((await api.get('/v1/dead-letters?org=acme', claims)).status).toBe(403);
    expect((await api.get(`/v1/dead-letters/${topics.calls}/0/0`, claims)).status).toBe(403);
    expect((await api.get('/v1/dead-letters/export', claims)).status).toBe(403);
  }
});
