import { fastify, type FastifyRequest } from 'fastify';
import { Agent, get, type ClientRequest } from 'node:http';
import { Readable } from 'node:stream';
import { connectKafka, ensureTopics } from '../../../platform/kafka/connect.ts';
import { createLogger } from '../../../platform/logging.ts';
import { createPublisher } from '../../../producers/sdk/connect.ts';
import { fastifyMeter } from '../../../producers/sdk/meters.ts';
import { topicNames } from '../../../schemas/topics.ts';
import { openNamespace, type Namespace } from '../../servers/namespace.ts';
import { until } from '../../until.ts';
import { readTopic } from '../read-topic.ts';
import { decode, gate } from '../scripted-transport.ts';

const CALLS = 1_000;
const GONE = 100;

let namespace: Namespace;
beforeAll(() => (namespace = openNamespace('meter')));
afterAll(() => namespace.drop());

it('1,000 calls at once, finished, failed and aborted, are in Kafka once each, through a buffer for 50', async () => {
  const { KAFKA_BROKERS, TOPIC_PREFIX } = namespace.settings;
  const kafka = connectKafka(namespace.settings, 'test', createLogger('test', 'fatal'));
  const topics = topicNames(TOPIC_PREFIX);
  await ensureTopics(kafka, topics, 4);
  const publisher = createPublisher({
    brokers: KAFKA_BROKERS.split(','),
    topicPrefix: TOPIC_PREFIX,
    maxBufferedRecords: 50,
  });
  const problems: unknown[] = [];
  const meter = fastifyMeter({
    publisher,
    product: 'crm',
    logger: { error: (details) => void problems.push(details) },
    caller: ({ headers }: FastifyRequest) => ({ org_id: 'acme', user_id: String(headers['x-user']) }),
  });
  const app = fastify();
  await app.register(meter.plugin);
  const allHere = gate();
  app.get('/ok/:id', () => allHere.passed.then(() => 'ok'));
  app.get('/failed/:id', async () => {
    await allHere.passed;
    throw new Error('the database is away');
  });
  app.get('/stream/:id', (_, reply) => allHere.passed.then(() => reply.send(Readable.from(['one', 'two']))));
  const url = await app.listen({ port: 0, host: '127.0.0.1' });

  const agent = new Agent({ keepAlive: true });
  const clients = Array.from({ length: CALLS }, (_, call): ClientRequest => {
    const path = ['/ok/', '/failed/', '/stream/'][call % 3] ?? '';
    const client = get(`${url}${path}${call}`, { agent, headers: { 'x-user': `u${call}` } });
    return client.on('response', (answer) => answer.resume()).on('error', () => undefined);
  });
  await until('all calls are open', () => meter.counters().open === CALLS);
  for (const client of clients.slice(0, GONE)) client.destroy();
  await until('those that went away are metered', () => meter.counters().metered === GONE);
  allHere.open();
  await until('all answers have ended', () => meter.counters().metered === CALLS);
  agent.destroy();
  await app.close();
  await publisher.close();

  const expected = { open: 0, metered: CALLS, published: CALLS, pending: 0, waiting: 0, failed: 0 };
  expect([meter.counters(), problems]).toEqual([expect.objectContaining(expected), []]);
  // Of the events that found the buffer full, each waited.
  expect(publisher.counters().rejected).toBeGreaterThan(0);
  const records = await readTopic(kafka, topics.calls);
  const events = records.map(({ value }) => decode(value ?? Buffer.alloc(0)));
  expect(events).toHaveLength(CALLS);
  expect(new Set(events.map(({ user_id }) => user_id)).size).toBe(CALLS);
  const count = (endpoint: string, status: number): number =>
    events.filter((event) => event.endpoint === endpoint && event.status === status).length;
  expect(events.filter(({ status }) => status === 499)).toHaveLength(GONE);
  expect([count('/ok/:id', 200), count('/failed/:id', 500), count('/stream/:id', 200)]).toEqual([
    300, 300, 300,
  ]);
});
