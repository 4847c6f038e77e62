import type { Message, ProducerConfig, RecordMetadata } from 'kafkajs';
import { AcknowledgedProducer, type ProducerFactory } from '../../../platform/kafka/acknowledged-producer.ts';
import { compareAcknowledged } from '../../../platform/kafka/acknowledgement.ts';
import { MovingPartitions } from './moving-partitions.ts';

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

describe('what the brokers acknowledged', () => {
  it('gives the offset of the last record of each partition', () => {
    const offsets = compareAcknowledged('t', [3, 1, 3, 3], [metadata(1, { baseOffset: '0' }), metadata(3)]);
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
    expect(() => compareAcknowledged('t', [1, 0], [metadata(0), ...acknowledged])).toThrow(
      'The brokers did not acknowledge every record for t (missing: partition 1, of 2). Send them again.',
    );
  });
});

const ignore = (): void => undefined;

/** A producer of kafkajs that does what a test says. */
class ScriptedKafka implements ProducerFactory {
  readonly steps: string[] = [];
  config: ProducerConfig = {};
  onConnect: () => Promise<void> = () => Promise.resolve();
  onSend: (messages: Message[]) => Promise<RecordMetadata[]> = (messages) =>
    Promise.resolve(this.answer(messages));

  readonly producer: ProducerFactory['producer'] = (config) => {
    this.config = config;
    return {
      connect: () => {
        this.steps.push('connect');
        return this.onConnect();
      },
      disconnect: () => {
        this.steps.push('disconnect');
        return Promise.resolve();
      },
      send: async ({ messages }) => {
        this.steps.push(`send ${messages.map(({ value }) => String(value)).join()}`);
        return this.onSend(messages);
      },
      logger: () => ({ debug: ignore }),
    };
  };

  /** Assigns every message as kafkajs does, and acknowledges its partition. */
  answer(messages: Message[]): RecordMetadata[] {
    const choose = this.config.createPartitioner?.();
    const partitionMetadata = [0, 1].map((partitionId) => ({
      partitionErrorCode: 0,
      partitionId,
      leader: 0,
      replicas: [],
      isr: [],
    }));
    const partitions = messages.map((message) => choose?.({ topic: 't', partitionMetadata, message }) ?? -1);
    return partitions.map((partition) => ({ topicName: 't', partition, errorCode: 0, baseOffset: '0' }));
  }
}

const one = [{ key: 'a', value: 'one' }];
const two = [{ key: 'a', value: 'two' }];

describe('the acknowledged producer', () => {
  let kafka: ScriptedKafka;
  let producer: AcknowledgedProducer;
  beforeEach(() => {
    kafka = new ScriptedKafka();
    producer = new AcknowledgedProducer(kafka);
  });

  it('lets kafkajs repeat nothing by itself', async () => {
    await producer.sendAcknowledged('t', one);
    expect(kafka.config).toMatchObject({
      idempotent: false,
      retry: { retries: 0 },
      allowAutoTopicCreation: false,
    });
  });

  it('rejects where kafkajs resolves without having assigned a record to a partition', async () => {
    kafka.onSend = (messages) => Promise.resolve(kafka.answer(messages.slice(0, 1)));
    await expect(producer.sendAcknowledged('t', [...one, { key: 'b', value: 'dropped' }])).rejects.toThrow(
      'missing: partition -1',
    );
  });

  it('rejects a record that was acknowledged before, and is sent again unassigned', async () => {
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
