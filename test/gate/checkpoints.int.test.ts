import type { Admin } from 'kafkajs';
import { Checkpoints } from '../../gate/checkpoints.ts';
import { AcknowledgedProducer } from '../../platform/kafka/acknowledged-producer.ts';
import { connectKafka } from '../../platform/kafka/connect.ts';
import { createLogger } from '../../platform/logging.ts';
import { openPipeline, type PipelineUnderTest } from '../integration/pipeline.ts';
import { until } from '../until.ts';

let pipeline: PipelineUnderTest;
let admin: Admin;
let producer: AcknowledgedProducer;
let checkpoints: Checkpoints;
/** The offset behind the last record of each partition. */
const ends = [0, 0, 0, 0];

beforeAll(async () => {
  pipeline = await openPipeline('checkpoints');
  admin = pipeline.kafka.admin();
  await admin.connect();
  const servers = { KAFKA_BROKERS: pipeline.env['KAFKA_BROKERS'] ?? '' };
  producer = new AcknowledgedProducer(
    connectKafka(servers, 'test-checkpoints', createLogger('checkpoints', 'fatal')),
  );
});
beforeEach(
  () =>
    (checkpoints = new Checkpoints(admin, pipeline.client, pipeline.topics.calls, () => performance.now())),
);
afterAll(async () => {
  await producer.close();
  await admin.disconnect();
  await pipeline.stop();
});

/** Appends a record to a partition and waits until Kafka has acknowledged it. */
async function append(partition: number): Promise<void> {
  await producer.sendAcknowledged(pipeline.topics.calls, [{ key: 'acme', value: 'a call', partition }]);
  ends[partition] = (ends[partition] ?? 0) + 1;
}

let observed = 0;
/** What the consumers report: everything before an offset of a partition has landed. */
async function land(partition: number, next = ends[partition] ?? 0): Promise<void> {
  observed += 1;
  const instant = new Date(Date.now() + observed).toISOString().slice(0, -1).replace('T', ' ');
  await pipeline.client.insert({
    table: 'landing_progress',
    format: 'JSONEachRow',
    values: [
      {
        topic: pipeline.topics.calls,
        partition,
        next_offset: next,
        end_offset: next,
        landed_until: instant,
        observed_at: instant,
      },
    ],
  });
}

const landAll = async (): Promise<void> => {
  for (const partition of ends.keys()) await land(partition);
};

describe('a checkpoint', () => {
  it('has landed when every partition has landed up to where it ended then', async () => {
    await append(0);
    await append(1);
    const { next } = checkpoints;
    await checkpoints.take();
    await append(1);
    await land(0);
    await land(1, 0);
    await checkpoints.look();
    expect(checkpoints.landed).toBe(0);
    // What came since does not matter.
    await land(1, 1);
    await checkpoints.look();
    expect(checkpoints.landed).toBe(next);
  });

  it('lands after those before it, also where one look finds several', async () => {
    for (const partition of [0, 1, 2]) {
      await append(partition);
      await checkpoints.take();
    }
    await land(0);
    await land(1);
    await checkpoints.look();
    expect(checkpoints.landed).toBe(2);
    await landAll();
    await checkpoints.look();
    expect(checkpoints.landed).toBe(3);
  });

  it('is the last one taken where landing stands still for long', async () => {
    await append(3);
    for (let taken = 0; taken < 40; taken += 1) await checkpoints.take();
    await landAll();
    await checkpoints.look();
    expect(checkpoints.landed).toBe(40);
  });

  it('waits for a partition that was added before it was taken, even where the broker did not know it yet', async () => {
    await append(0);
    await checkpoints.take();
    await admin.createPartitions({ topicPartitions: [{ topic: pipeline.topics.calls, count: 5 }] });
    ends.push(0);
    await until('the new partition takes records', async () => {
      await append(4);
      return true;
    });
    await checkpoints.take();
    for (const partition of [0, 1, 2, 3]) await land(partition);
    await checkpoints.look();
    // An event of it may have been acknowledged before either.
    expect(checkpoints.landed).toBe(0);
    await land(4);
    await checkpoints.look();
    expect(checkpoints.landed).toBe(2);
  });
});
