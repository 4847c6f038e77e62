import type { RecordMetadata } from 'kafkajs';
import { AcknowledgedProducer } from '../../../platform/kafka/acknowledged-producer.ts';
import { compareAcknowledged, type Sent } from '../../../platform/kafka/acknowledgement.ts';
import { PlacedRecord } from '../../../schemas/placed-record.ts';
import { MovingPartitions } from './moving-partitions.ts';
import { ScriptedKafka } from './scripted-kafka.ts';

const PARTITIONS = 12;
/** One record for each partition. */
const records = Array.from({ length: PARTITIONS }, (_, partition) => ({ partition, value: `r${partition}` }));
const even = [0, 2, 4, 6, 8, 10];
const all = records.map(({ partition }) => partition);
const partitionsOf = (log: ReadonlyMap<number, unknown>): number[] =>
  [...log.keys()].toSorted((a, b) => a - b);

describe('partitions that move, during a send, to a broker that has acknowledged its own', () => {
  // Where this fails, kafkajs has been corrected (its issue 1303).
  it.each([
    ['an idempotent producer', { idempotent: true, retry: { retries: 5 } }],
    ['a plain producer', { retry: { retries: 5 } }],
  ])('are skipped by %s of kafkajs, which reports success all the same', async (_, config) => {
    const { producer: create, log } = new MovingPartitions(PARTITIONS);
    const producer = create(config);
    await producer.connect();
    await producer.send({ topic: 't', messages: records });
    expect(partitionsOf(log)).toEqual(even);
  });

  it('fail the send, and have every record after the next one', async () => {
    const kafka = new MovingPartitions(PARTITIONS);
    const producer = new AcknowledgedProducer(kafka);
    await expect(producer.sendAcknowledged('t', records)).rejects.toMatchObject({ code: 'NOT_ACKNOWLEDGED' });
    expect(partitionsOf(kafka.log)).toEqual(even);

    const offsets = await producer.sendAcknowledged('t', records);
    expect(partitionsOf(kafka.log)).toEqual(all);
    // The repeat appended the even ones a second time, and says where.
    expect(Object.fromEntries(offsets)).toEqual(
      Object.fromEntries(all.map((partition) => [partition, partition % 2 === 0 ? 1 : 0])),
    );
  });
});

const metadata = (partition: number, more: Partial<RecordMetadata> = {}): RecordMetadata => ({
  topicName: 't',
  partition,
  errorCode: 0,
  baseOffset: '40',
  ...more,
});

const sent = (counts: Record<number, number>, count?: number): Sent => {
  const byPartition = new Map(Object.entries(counts).map(([partition, each]) => [Number(partition), each]));
  return { topic: 't', records: count ?? [...byPartition.values()].reduce((a, b) => a + b), byPartition };
};

describe('what the brokers acknowledged', () => {
  it('gives the offset of the last record of each partition', () => {
    const offsets = compareAcknowledged(sent({ 3: 3, 1: 1 }), [
      metadata(1, { baseOffset: '0' }),
      metadata(3),
    ]);
    expect(Object.fromEntries(offsets)).toEqual({ 1: 0, 3: 42 });
  });

  it.each<[string, RecordMetadata[]]>([
    ['has no answer', []],
    ['has only another partition’s', [metadata(2)]],
    ['has only another topic’s', [metadata(1, { topicName: 'u' })]],
    ['has an error', [metadata(1, { errorCode: 19 })]],
    ['has no offset', [{ topicName: 't', partition: 1, errorCode: 0 }]],
    ['has an offset that means none', [metadata(1, { baseOffset: '-1' })]],
  ])('is not enough where a partition %s', (_, acknowledged) => {
    expect(() => compareAcknowledged(sent({ 0: 1, 1: 1 }), [metadata(0), ...acknowledged])).toThrow(
      'The brokers did not acknowledge every record for t (missing: partition 1, of 2). Send them again.',
    );
  });

  it.each([
    ['was assigned to no partition', 3, '2 assignments to partitions for 3 records'],
    ['was assigned twice', 1, '2 assignments to partitions for 1 records'],
  ])('is not enough where a record %s', (_, count, detail) => {
    expect(() => compareAcknowledged(sent({ 0: 1, 1: 1 }, count), [metadata(0), metadata(1)])).toThrow(
      detail,
    );
  });
});

const ignore = (): void => undefined;
const one = [{ key: 'a', value: 'one' }];
const two = [{ key: 'a', value: 'two' }];

describe('the acknowledged producer', () => {
  let kafka: ScriptedKafka;
  let producer: AcknowledgedProducer;
  beforeEach(() => {
    kafka = new ScriptedKafka();
    producer = new AcknowledgedProducer(kafka);
  });

  it('gives kafkajs, which copies what a message has of its own, the value of a placed record', async () => {
    const bytes = Buffer.from('before value behind');
    let copies: object[] = [];
    kafka.onSend = (messages) => {
      copies = messages.map((message) => ({ ...message }));
      return Promise.resolve(kafka.answer(messages));
    };
    await producer.sendAcknowledged('t', [new PlacedRecord('org', { bytes, start: 7, end: 12 })]);
    expect(copies).toEqual([{ key: 'org', value: Buffer.from('value') }]);
  });

  it('lets kafkajs retry nothing by itself', async () => {
    await producer.sendAcknowledged('t', one);
    expect(kafka.config).toMatchObject({
      idempotent: false,
      retry: { retries: 0 },
      allowAutoTopicCreation: false,
    });
  });

  it('rejects where kafkajs resolves without having sent a record', async () => {
    kafka.onSend = (messages) => Promise.resolve(kafka.answer(messages.slice(0, 1)));
    await expect(producer.sendAcknowledged('t', [...one, ...two])).rejects.toMatchObject({
      code: 'NOT_ACKNOWLEDGED',
    });
  });

  it('hands over one message a partition once it knows the partitions, and each record where they changed', async () => {
    let partitions = 2;
    const sizes: number[] = [];
    kafka.onSend = (messages) => {
      sizes.push(messages.length);
      const answers = kafka.answer(messages, '0', partitions);
      // A broker answers once for each partition.
      return Promise.resolve([...new Map(answers.map((each) => [each.partition, each])).values()]);
    };
    const plain = Array.from({ length: 50 }, (_, index) => ({
      key: `org-${index}`,
      value: Buffer.from('v'),
    }));
    const first = await producer.sendAcknowledged('t', plain);
    const second = await producer.sendAcknowledged('t', plain);
    // As many records in the same partitions.
    expect(second).toEqual(first);

    partitions = 5;
    await expect(producer.sendAcknowledged('t', plain)).rejects.toThrow('number of partitions has changed');
    expect((await producer.sendAcknowledged('t', plain)).size).toBe(5);
    expect((await producer.sendAcknowledged('t', plain)).size).toBe(5);
    expect(sizes).toEqual([50, 2, 2, 50, 5]);

    const headers = { reason: 'x' };
    const withHeader = plain.map(({ key, value }) => ({ key, value, headers }));
    await producer.sendAcknowledged('t', withHeader);
    expect(sizes.at(-1)).toBe(50);
  });

  it('counts the assignments of each send anew', async () => {
    await producer.sendAcknowledged('t', one);
    kafka.onSend = () => Promise.resolve([{ topicName: 't', partition: 0, errorCode: 0, baseOffset: '1' }]);
    await expect(producer.sendAcknowledged('t', one)).rejects.toMatchObject({ code: 'NOT_ACKNOWLEDGED' });
  });

  it('says that nothing was sent where it cannot connect, and connects anew at the next send', async () => {
    kafka.onConnect = () => Promise.reject(new Error('refused'));
    await expect(producer.sendAcknowledged('t', one)).rejects.toMatchObject({ code: 'NOT_SENT' });
    kafka.onConnect = () => Promise.resolve();
    await producer.sendAcknowledged('t', one);
    expect(kafka.steps).toEqual(['connect', 'disconnect', 'connect', 'send one']);
  });

  it('keeps a connection until a send fails on it', async () => {
    await producer.sendAcknowledged('t', one);
    kafka.onSend = () => Promise.reject(new Error('NOT_ENOUGH_REPLICAS'));
    await expect(producer.sendAcknowledged('t', one)).rejects.toMatchObject({ code: 'NOT_ACKNOWLEDGED' });
    kafka.onSend = (messages) => Promise.resolve(kafka.answer(messages));
    await producer.sendAcknowledged('t', two);
    expect(kafka.steps).toEqual(['connect', 'send one', 'send one', 'disconnect', 'connect', 'send two']);
  });

  it('sends one after the other, also after one that failed', async () => {
    let fail: (error: Error) => void = ignore;
    kafka.onSend = () => new Promise((_, reject) => (fail = reject));
    const first = producer.sendAcknowledged('t', one);
    const second = producer.sendAcknowledged('t', two);
    await new Promise(setImmediate);
    expect(kafka.steps).toEqual(['connect', 'send one']);
    kafka.onSend = (messages) => Promise.resolve(kafka.answer(messages));
    fail(new Error('away'));
    await expect(first).rejects.toThrow('away');
    await second;
    expect(kafka.steps).toEqual(['connect', 'send one', 'disconnect', 'connect', 'send two']);
  });

  it('once closed sends nothing, also what waits for its turn', async () => {
    let answer: (answers: RecordMetadata[]) => void = ignore;
    kafka.onSend = () => new Promise((resolve) => (answer = resolve));
    const underWay = producer.sendAcknowledged('t', one);
    const waiting = producer.sendAcknowledged('t', two);
    await new Promise(setImmediate);
    await producer.close();
    answer([]);
    await expect(underWay).rejects.toMatchObject({ code: 'NOT_ACKNOWLEDGED' });
    await expect(waiting).rejects.toMatchObject({ code: 'NOT_SENT' });
    await expect(producer.sendAcknowledged('t', two)).rejects.toMatchObject({ code: 'NOT_SENT' });
    // kafkajs may have connected again while the send failed.
    expect(kafka.steps).toEqual(['connect', 'send one', 'disconnect', 'disconnect']);
  });
});
