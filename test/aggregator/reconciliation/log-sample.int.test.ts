import { BUDGET } from '../../../aggregator/reconciliation/budget.ts';
import { LogSample } from '../../../aggregator/reconciliation/log-sample.ts';
import type { SampledRecord } from '../../../aggregator/reconciliation/sampled-record.ts';
import { reconcileStep } from '../../../aggregator/reconciliation/step.ts';
import {
  connectClickHouse,
  connectNodes,
  type ClickHouseClient,
} from '../../../platform/clickhouse/connect.ts';
import { connectKafka } from '../../../platform/kafka/connect.ts';
import { RecordReader } from '../../../platform/kafka/record-reader.ts';
import { createLogger } from '../../../platform/logging.ts';
import { readOpenDifferences } from '../../../store/reconciliation/found.ts';
import { createSettingsStore } from '../../../store/settings/store.ts';
import { lateWriter } from '../../chaos/foreign-schema.ts';
import { createTraffic } from '../../chaos/traffic.ts';
import { killConsumers, startConsumer } from '../../consumers/consumer-process.ts';
import { eventOf } from '../../consumers/event.ts';
import { openLandingStack, type LandingStack } from '../../consumers/landing-stack.ts';
import { randomOf } from '../../random.ts';
import { until } from '../../until.ts';

const EVENTS = Array.from({ length: 6 }, (_, index) =>
  eventOf({ org_id: 'a/b', occurred_at: Date.now() - index }, index),
);
const JUNK = [null, Buffer.from('not an event')];
const RANDOM = randomOf(18);

let stack: LandingStack;
let client: ClickHouseClient;
let reader: RecordReader;
let sample: LogSample;
beforeAll(async () => {
  stack = await openLandingStack('logsample');
  const { settings, topics, producer, kafka } = stack;
  client = connectClickHouse(settings, 'log sample test');
  await producer.send({ topic: topics.writerSchemas, messages: [lateWriter.schema] });
  await stack.publish(0, EVENTS);
  await stack.publishBytes(1, [...JUNK, lateWriter.encode(createTraffic(1)(Date.now()))]);
  const transactional = kafka.producer({
    transactionalId: `${settings.TOPIC_PREFIX}sample`,
    idempotent: true,
    maxInFlightRequests: 1,
  });
  await transactional.connect();
  const transaction = await transactional.transaction();
  await transaction.send({
    topic: topics.calls,
    messages: [{ partition: 2, key: 'x', value: JUNK[1] ?? null }],
  });
  await transaction.abort();
  await transactional.disconnect();
  startConsumer(settings);
  await stack.untilLanded();
  reader = new RecordReader(connectKafka(settings, 'log-sample', createLogger('test', 'fatal'), 2));
  sample = new LogSample({ client, reader, topics, random: RANDOM });
});
afterAll(async () => {
  await killConsumers();
  await Promise.all([reader.close(), client.close()]);
  await stack.close();
});

/** A step that reads these records again, and nothing else. @returns the open differences */
async function stepWith(records: readonly SampledRecord[]) {
  await reconcileStep(
    {
      client,
      store: createSettingsStore(client, 'none'),
      topics: stack.topics,
      readKept: () => Promise.resolve({ retentionMs: Infinity, droppedBeforeMs: -Infinity }),
      sample: () => Promise.resolve(records),
      now: Date.now,
    },
    { ...BUDGET, logsEveryMs: 0, recurAfterMs: 0 },
  );
  return readOpenDifferences(client);
}

/** Of the tables of each server. */
async function deleteRows(table: string, condition: string): Promise<void> {
  const nodes = connectNodes(stack.settings, 'log sample test');
  const query = `ALTER TABLE ${table} DELETE WHERE ${condition} SETTINGS mutations_sync = 2`;
  await Promise.all(nodes.map((node) => node.command({ query })));
  await Promise.all(nodes.map((node) => node.close()));
}

describe('records that are read again from Kafka', () => {
  let records: SampledRecord[];

  it('are those of any offset that has landed, by the choice that is passed in', async () => {
    records = [];
    for (let times = 0; times < 10; times += 1) records.push(...(await sample.read(200)));
    const places = new Set(records.map(({ partition, offset }) => `${partition}/${offset}`));
    // Partition 2 holds an aborted record and a marker.
    const all = [...EVENTS.keys()].map((offset) => `0/${offset}`);
    expect(places).toEqual(new Set([...all, '1/0', '1/1', '1/2']));
    expect(records.find(({ partition, offset }) => partition === 0 && offset === 4)?.event).toEqual({
      id: EVENTS[4]?.event_id,
      orgId: 'a/b',
      occurredAt: EVENTS[4]?.occurred_at,
    });
    expect(records.find(({ partition, offset }) => partition === 1 && offset === 1)?.event).toBeUndefined();
  });

  it('are no difference where each is an event in the table or a dead letter', async () => {
    expect(await stepWith(records)).toEqual([]);
  });

  it('are a difference where they are neither, until they have landed again', async () => {
    const lost = EVENTS[4]?.event_id ?? '';
    await deleteRows('call_events', `event_id = '${lost}'`);
    await deleteRows('quarantined', 'partition = 1 AND offset = 1');
    const place = { topic: stack.topics.calls, first_offset: 4, last_offset: 4, org_id: 'a/b', partition: 0 };
    const found = await stepWith(records);
    expect(found.find(({ name }) => name === 'events-missing')).toMatchObject({
      where: `${stack.topics.calls} partition 0, offset 4, event ${lost} of a/b`,
      place,
    });
    expect(found.find(({ unit }) => unit === `record/${stack.topics.calls}/1/1`)?.name).toBe(
      'records-without-outcome',
    );

    startConsumer({ ...stack.settings, CONSUMER_GROUP: 'again' });
    await until('they have landed again and the differences are closed', async () => {
      return (await stepWith([])).length === 0;
    });
  });
});
