import { createHash } from 'node:crypto';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { VECTORS_FILE } from '../../deploy/conformance/kit.ts';
import { select } from '../../platform/clickhouse/connect.ts';
import { ensureTopics } from '../../platform/kafka/connect.ts';
import { ConfigResourceTypes } from '../../platform/kafka/kafkajs.ts';
import { createLogger } from '../../platform/logging.ts';
import { kafkaTransport } from '../../producers/kafka-transport.ts';
import { createPublisher } from '../../producers/publisher.ts';
import { fingerprintOf } from '../../schemas/avro.ts';
import { mintEventId } from '../../schemas/event-id.ts';
import { projectFile } from '../../schemas/root.ts';
import { topicNames, type Topics } from '../../schemas/topics.ts';
import { openPipeline, type PipelineUnderTest } from '../integration/pipeline.ts';
import { call, countingBytes } from '../producers/sample-event.ts';
import { readTopic } from '../producers/read-topic.ts';
import { until } from '../until.ts';
import { run, type Outcome } from './programs.ts';
import { BUILD_MS, foreignPublishers, type ForeignPublisher } from './publishers.ts';

const RecordVectors = Type.Object({
  events: Type.Array(Type.Unknown()),
  records: Type.Array(
    Type.Object({
      name: Type.String(),
      writer_schema: Type.Optional(Type.String()),
      bytes: Type.String(),
      reason: Type.String(),
    }),
  ),
});
const vectors = Value.Parse(RecordVectors, JSON.parse(projectFile(VECTORS_FILE)));
/** As many as make it unlikely that another partitioner chooses the same partitions by chance. */
const ORGS = ['acme', 'zylker', 'net-66', 'org 4', 'müller', 'שלום', '中文', '😀'];
const Counted = Type.Object({ org_id: Type.String(), calls: Type.Integer(), credits: Type.Integer() });
const Quarantined = Type.Object({ offset: Type.Integer(), reason: Type.String() });

const publishers = await foreignPublishers();
let pipeline: PipelineUnderTest;

beforeAll(async () => {
  pipeline = await openPipeline('conformance');
  for (const stage of ['consumer', 'api'] as const) await pipeline.start(stage);
}, 90_000);
afterAll(() => pipeline.stop());

const linesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '');

/** Runs a publisher on lines of standard input. */
function publishBy(
  { command, folder }: ForeignPublisher,
  input: string,
  { calls }: Topics,
): Promise<Outcome> {
  const env = {
    KAFKA_BROKERS: pipeline.env['KAFKA_BROKERS'] ?? '',
    TOPIC_PREFIX: calls.slice(0, -topicNames().calls.length),
  };
  return run(command, { cwd: folder, env, input });
}

describe.each(publishers)('the $language publisher', (publisher) => {
  const { notRun } = publisher;
  const title = (what: string): string => (notRun === undefined ? what : `${what} (${notRun})`);
  const runnable = notRun === undefined ? it : it.skip;

  beforeAll(() => (notRun === undefined ? publisher.build() : undefined), BUILD_MS);

  runnable(title('makes of every vector what the contract makes of it'), () => expectSameVectors(publisher));

  runnable(title('publishes what it reads: each event counts once'), () => expectCounted(publisher));

  runnable(title('prints no id that Kafka did not acknowledge, and names the line'), () =>
    expectUnacknowledged(publisher),
  );
});

async function expectSameVectors({ command, folder }: ForeignPublisher): Promise<void> {
  const outcome = await run([...command, '--verify', '../vectors.json'], { cwd: folder });
  const stdout = `${vectors.events.length} vectors, 0 differ\n`;
  expect(outcome).toEqual({ code: 0, stdout, stderr: '' });
}

async function expectCounted(publisher: ForeignPublisher): Promise<void> {
  const { language } = publisher;
  const at = Date.now();
  const own = { event_id: mintEventId(at, Buffer.from(language.padEnd(10))), occurred_at: at };
  const line = (changes: object): string => JSON.stringify({ ...call({ user_id: language }), ...changes });
  const input = [
    ...ORGS.map((org_id, index) => line({ org_id, credits: index + 1, duration_ms: 7, rule: 'é😀' })),
    line({ ...own, credits: 100 }),
    '',
    line({ ...own, credits: 100 }),
    line({ credits: -1 }),
    '{"org_id": "acme",',
  ].join('\n');
  const { code, stdout, stderr } = await publishBy(publisher, input, pipeline.topics);

  const ids = linesOf(stdout);
  expect(ids).toHaveLength(ORGS.length + 2);
  expect(ids.filter((id) => id === own.event_id)).toHaveLength(2);
  // A client may log more.
  expect(stderr).toMatch(/^line 12: rejected \(credits\): .*\nline 13: /m);
  expect(code).toBe(1);

  const query = `SELECT org_id, count() AS calls, sum(credits) AS credits FROM call_events FINAL
     WHERE user_id = '${language}' GROUP BY org_id`;
  await until('every acknowledged event is counted once', async () => {
    const rows = await select(pipeline.client, Counted, query);
    const byOrg = new Map(rows.map((row) => [row.org_id, row]));
    expect(ORGS.map((org) => byOrg.get(org))).toEqual(
      ORGS.map((org_id, index) =>
        index === 0 ? { org_id, calls: 2, credits: 101 } : { org_id, calls: 1, credits: index + 1 },
      ),
    );
    return true;
  });
}

async function expectUnacknowledged(publisher: ForeignPublisher): Promise<void> {
  const topics = topicNames(`${pipeline.env['TOPIC_PREFIX']}small-${publisher.language}.`);
  await ensureTopics(pipeline.kafka, topics, 1);
  await limitMessages(topics.calls, 500);
  // No compression makes it small enough.
  const endpoint = createHash('shake256', { outputLength: 1_000 }).update('endpoint').digest('hex');
  const { code, stdout, stderr } = await publishBy(publisher, JSON.stringify(call({ endpoint })), topics);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/^line 1: Kafka did not acknowledge it: .*\s.*the event_id [0-9a-f-]{36}\./m);
}

async function limitMessages(topic: string, maxBytes: number): Promise<void> {
  const admin = pipeline.kafka.admin();
  await admin.connect();
  const configEntries = [{ name: 'max.message.bytes', value: String(maxBytes) }];
  const resources = [{ type: ConfigResourceTypes.TOPIC, name: topic, configEntries }];
  await admin.alterConfigs({ validateOnly: false, resources });
  await admin.disconnect();
}

describe('the publishers of all languages', () => {
  it('send an org to the partition that the SDK chooses, and add to one usage', async () => {
    const { env, topics } = pipeline;
    const kafka = { KAFKA_BROKERS: env['KAFKA_BROKERS'] ?? '' };
    const logger = createLogger('test', 'fatal');
    const sdk = createPublisher({
      transport: kafkaTransport({ kafka, topics, clientId: 'conformance', logger }),
      now: Date.now,
      random: countingBytes(),
    });
    await Promise.all(ORGS.map((org_id) => sdk.publish(call({ org_id, user_id: 'SDK' }))));
    await sdk.close();

    const partitions = new Map<string, Set<number>>();
    for (const { key, partition } of await readTopic(pipeline.kafka, topics.calls)) {
      const org = key?.toString('utf8') ?? '';
      partitions.set(org, (partitions.get(org) ?? new Set()).add(partition));
    }
    expect(ORGS.map((org) => [org, partitions.get(org)?.size])).toEqual(ORGS.map((org) => [org, 1]));

    // Two credits by each language, one by the SDK.
    const used = 2 * publishers.filter(({ notRun }) => notRun === undefined).length + 1;
    const [, org = ''] = ORGS;
    await until('the org’s current usage has the credits of all of them', async () => {
      expect(await pipeline.get(`/v1/orgs/${org}/credits`, { role: 'admin', sub: 'ann', org })).toMatchObject(
        { used },
      );
      return true;
    });
  });
});

describe('the consumers', () => {
  it('quarantine the records of the kit for their reasons', async () => {
    const { kafka, topics, client } = pipeline;
    const producer = kafka.producer();
    await producer.connect();
    const schemas = vectors.records.flatMap(({ bytes, writer_schema: value }) =>
      value === undefined ? [] : [{ key: fingerprintOf(Buffer.from(bytes, 'hex')) ?? null, value }],
    );
    await producer.send({ topic: topics.writerSchemas, acks: -1, messages: schemas });
    const messages = vectors.records.map(({ bytes }) => ({
      key: 'acme',
      partition: 0,
      value: Buffer.from(bytes, 'hex'),
    }));
    const [answer] = await producer.send({ topic: topics.calls, acks: -1, messages });
    await producer.disconnect();

    const first = Number(answer?.baseOffset);
    const query = `SELECT offset, reason FROM quarantined FINAL
       WHERE topic = '${topics.calls}' AND partition = 0 AND offset >= ${first} ORDER BY offset`;
    await until('the records are quarantined', async () => {
      const rows = await select(client, Quarantined, query);
      expect(rows.map(({ offset, reason }) => [vectors.records[offset - first]?.name, reason])).toEqual(
        vectors.records.map(({ name, reason }) => [name, reason]),
      );
      return true;
    });
  });
});
