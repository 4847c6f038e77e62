import avro from 'avsc';
import { Type } from 'typebox';
import { fingerprint, singleObjectHeader } from '../../../schemas/avro.ts';
import { callEventSchemaJson, encodeCallEvent } from '../../../schemas/call-event.ts';
import { mintEventId } from '../../../schemas/event-id.ts';
import { encodeSettingsChange } from '../../../schemas/settings-change.ts';
import { randomOf } from '../../random.ts';
import { until } from '../../until.ts';
import { killConsumers, startConsumer } from '../consumer-process.ts';
import { eventOf } from '../event.ts';
import { openLandingStack, PARTITIONS, type LandingStack } from '../landing-stack.ts';

type Producer = ReturnType<LandingStack['kafka']['producer']>;
type Transaction = Awaited<ReturnType<Producer['transaction']>>;

const SEED = 20_261_128;
const PUBLISHERS = 4;
const STEPS = 120;

let stack: LandingStack;
const producers: Producer[] = [];
beforeAll(async () => {
  stack = await openLandingStack('transactions');
  for (let index = 0; index < PUBLISHERS; index += 1) {
    const producer = stack.kafka.producer({
      transactionalId: `${stack.topics.calls}-${index}`,
      idempotent: true,
      maxInFlightRequests: 1,
      createPartitioner:
        () =>
        ({ message }) =>
          message.partition ?? 0,
    });
    await producer.connect();
    producers.push(producer);
  }
});
afterAll(async () => {
  await killConsumers();
  await Promise.all(producers.map((producer) => producer.disconnect()));
  await stack.close();
});

const Offset = Type.Object({ kafka_partition: Type.Integer(), kafka_offset: Type.Integer() });
const landedOffsets = async (): Promise<string[]> => {
  const query = 'SELECT DISTINCT kafka_partition, kafka_offset FROM call_events ORDER BY 1, 2';
  const rows = await stack.ask(Offset, query);
  return rows.map(({ kafka_partition, kafka_offset }) => `${kafka_partition} ${kafka_offset}`);
};

function newEvent(seed: number): Buffer {
  return encodeCallEvent(eventOf({ occurred_at: Date.now(), org_id: 'tx' }, seed));
}

describe('of transactions on the call topic', () => {
  it('exactly what was committed is landed, whatever overlaps and wherever a fetch begins', async () => {
    const random = randomOf(SEED);
    const pick = (count: number): number => Math.floor(random() * count);
    const open = new Map<number, { transaction: Transaction; offsets: string[] }>();
    const published: string[] = [];
    const finish = async (publisher: number, isCommit: boolean): Promise<void> => {
      const entry = open.get(publisher);
      if (!entry) return;
      open.delete(publisher);
      await (isCommit ? entry.transaction.commit() : entry.transaction.abort());
      if (isCommit) published.push(...entry.offsets);
    };
    const offsetsOf = async (sender: Pick<Transaction, 'send'>, seed: number): Promise<string[]> => {
      const partition = pick(PARTITIONS);
      const messages = [0, 1].map((part) => ({ partition, key: 'tx', value: newEvent(seed * 2 + part) }));
      const [answer] = await sender.send({ topic: stack.topics.calls, acks: -1, messages });
      const base = Number(answer?.baseOffset);
      return [`${partition} ${base}`, `${partition} ${base + 1}`];
    };
    for (let step = 0; step < STEPS; step += 1) {
      // Half of the records are in the log before a consumer is there; then it fetches from wherever it stands.
      if (step === STEPS / 2) startConsumer({ ...stack.settings, FETCH_BYTES: '65536' });
      const publisher = pick(PUBLISHERS);
      const producer = producers[publisher];
      const act = random();
      if (act < 0.15) published.push(...(await offsetsOf(stack.producer, step)));
      else if (act < 0.6 && producer) {
        const entry = open.get(publisher) ?? { transaction: await producer.transaction(), offsets: [] };
        open.set(publisher, entry);
        entry.offsets.push(...(await offsetsOf(entry.transaction, step)));
      } else await finish(publisher, act < 0.8);
    }
    for (const publisher of open.keys()) await finish(publisher, publisher % 2 === 0);
    await stack.untilLanded();
    expect(await landedOffsets()).toEqual(published.toSorted(byPartitionAndOffset));
  });
});

describe('an aborted transaction', () => {
  it('on the topic of settings records nothing', async () => {
    const change = {
      change_id: 'aborted',
      org_id: 'tx',
      kind: 'create-org',
      product: '',
      value: '{}',
      effective_at: 0,
      recorded_by: 'test',
      reason: '',
    };
    const [publisher] = producers;
    const transaction = await publisher?.transaction();
    await transaction?.send({
      topic: stack.topics.settings,
      messages: [{ key: 'tx', value: encodeSettingsChange(change) }],
    });
    await transaction?.abort();
    const value = encodeSettingsChange({ ...change, change_id: 'published' });
    await stack.producer.send({ topic: stack.topics.settings, acks: -1, messages: [{ key: 'tx', value }] });
    const Ids = Type.Object({ change_id: Type.String() });
    const ids = () => stack.ask(Ids, 'SELECT change_id FROM settings_log');
    await until('the published change has landed', async () => (await ids()).length > 0);
    expect(await ids()).toEqual([{ change_id: 'published' }]);
  });

  it('at the end of the topic of writer schemas holds up no event', async () => {
    const { fields }: avro.schema.RecordType = JSON.parse(callEventSchemaJson);
    const schema = (name: string): avro.Schema => ({
      type: 'record',
      name: 'CallEvent',
      namespace: 'io.apicredits',
      fields: [...fields, { name, type: 'string' }],
    });
    const announce = (name: string) => {
      const type = avro.Type.forSchema(schema(name));
      return { key: fingerprint(type).toString('hex'), value: JSON.stringify(schema(name)) };
    };
    // So that the reader of the topic runs before the abort.
    const known = avro.Type.forSchema(schema('known'));
    await stack.producer.send({ topic: stack.topics.writerSchemas, acks: -1, messages: [announce('known')] });
    await stack.publishBytes(0, [foreignEvent(known, 'known')]);
    await stack.untilLanded();
    const [publisher] = producers;
    const transaction = await publisher?.transaction();
    await transaction?.send({ topic: stack.topics.writerSchemas, messages: [announce('never')] });
    await transaction?.abort();
    await stack.publishBytes(0, [Buffer.from('c3010123456789abcdef00', 'hex'), newEvent(9_999)]);
    await stack.untilLanded();
    const Reason = Type.Object({ reason: Type.String() });
    expect(await stack.ask(Reason, 'SELECT reason FROM quarantined FINAL')).toEqual([
      { reason: 'unknown-schema' },
    ]);
  });
});

function foreignEvent(type: avro.Type, field: string): Buffer {
  const occurred_at = Date.now();
  const event_id = Buffer.from(mintEventId(occurred_at, Buffer.alloc(10, 7)).replaceAll('-', ''), 'hex');
  const event = { ...eventOf({ occurred_at, org_id: 'foreign' }), event_id, [field]: 'x' };
  return Buffer.concat([singleObjectHeader(type), type.toBuffer(event)]);
}

function byPartitionAndOffset(one: string, other: string): number {
  const [[p = 0, o = 0], [q = 0, r = 0]] = [one.split(' ').map(Number), other.split(' ').map(Number)];
  return p - q || o - r;
}
