import { connectClickHouse, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { migrate } from '../../platform/clickhouse/migrate.ts';
import { openLandedLog, type LandedLog } from '../../platform/landed-log.ts';
import { openNamespace } from '../servers/namespace.ts';
import { ScriptedKafka } from './kafka/scripted-kafka.ts';

const LANDED_WITHIN_MS = 300;
const RECORDS = ['a', 'b', 'c'].map((key) => ({ key, value: Buffer.from(key) }));

// A broker's answers are a script here: no broker fails in the middle of an append by request.
const namespace = openNamespace('landedlog');
let client: ClickHouseClient;
let kafka: ScriptedKafka;
let topic: string;
let log: LandedLog;
let count = 0;

beforeAll(async () => {
  await migrate(namespace.settings);
  client = connectClickHouse(namespace.settings, 'test');
});
beforeEach(() => {
  kafka = new ScriptedKafka();
  topic = `log-${(count += 1)}`;
  log = openLandedLog(kafka, client, topic, LANDED_WITHIN_MS);
});
afterEach(() => log.close());
afterAll(async () => {
  await client.close();
  await namespace.drop();
});

const landedTo = (lastOffset: number): Promise<unknown> =>
  client.insert({
    table: 'landed_ranges',
    format: 'JSONEachRow',
    values: [{ topic, partition: 0, first_offset: 0, last_offset: lastOffset, rows: 1, quarantined: 0 }],
  });

it('an append waits for the offset that the broker acknowledged for its last record', async () => {
  kafka.onSend = (messages) => Promise.resolve(kafka.answer(messages, '40'));
  await landedTo(41);
  await expect(log.append(RECORDS)).rejects.toMatchObject({ code: 'LOG_NOT_LANDING' });
  await landedTo(42);
  await log.append(RECORDS);
});

it('an append that the broker did not acknowledge is sent again, over another connection', async () => {
  await landedTo(2);
  kafka.onSend = (messages) => {
    kafka.onSend = (again) => Promise.resolve(kafka.answer(again));
    return Promise.reject(new Error(`NOT_LEADER_OR_FOLLOWER for ${messages.length}`));
  };
  await log.append(RECORDS);
  expect(kafka.steps).toEqual(['connect', 'send a,b,c', 'disconnect', 'connect', 'send a,b,c']);
});

it('an append that kafkajs reports as done, without an acknowledgement, is sent again', async () => {
  await landedTo(2);
  kafka.onSend = () => {
    kafka.onSend = (again) => Promise.resolve(kafka.answer(again));
    return Promise.resolve([]);
  };
  await log.append(RECORDS);
  expect(kafka.steps.filter((step) => step.startsWith('send'))).toHaveLength(2);
});

it('an append without a connection says that nothing was appended', async () => {
  kafka.onConnect = () => Promise.reject(new Error('refused'));
  await expect(log.append(RECORDS)).rejects.toMatchObject({ code: 'LOG_UNAVAILABLE' });
});

it('an append that may have arrived never says that nothing was appended', async () => {
  kafka.onSend = () => {
    kafka.onConnect = () => Promise.reject(new Error('refused'));
    return Promise.reject(new Error('the broker was killed'));
  };
  await expect(log.append(RECORDS)).rejects.toMatchObject({ code: 'LOG_UNCERTAIN' });
});

it('a later part of a long append that finds no connection does not either', async () => {
  kafka.onSend = (messages) => {
    kafka.onConnect = () => Promise.reject(new Error('refused'));
    kafka.onSend = () => Promise.reject(new Error('the broker was killed'));
    return Promise.resolve(kafka.answer(messages));
  };
  const many = Array.from({ length: 1_001 }, () => ({ key: 'a', value: Buffer.from('a') }));
  await expect(log.append(many)).rejects.toMatchObject({ code: 'LOG_UNCERTAIN' });
});
