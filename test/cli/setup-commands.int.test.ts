import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { connectKafka } from '../../platform/kafka/connect.ts';
import { ConfigResourceTypes } from '../../platform/kafka/kafkajs.ts';
import { createLogger } from '../../platform/logging.ts';
import { projectRoot } from '../../schemas/root.ts';
import { DAY_MS } from '../../schemas/time-units.ts';
import { topicNames } from '../../schemas/topics.ts';
import { openNamespace } from '../servers/namespace.ts';
import { until } from '../until.ts';
import { PROGRAM_ENV } from '../servers/program-env.ts';

/** `npm run migrate` and `npm run topics`, for deployments without `npm start`. */
const namespace = openNamespace('setup');
const { settings } = namespace;
afterAll(() => namespace.drop());

function run(program: string, more: Readonly<Record<string, string>> = {}): Promise<string> {
  const file = join(projectRoot(), 'cli', `${program}.ts`);
  const env = { ...PROGRAM_ENV, ...settings, ...more };
  return new Promise((resolve) => {
    execFile(process.execPath, [file], { env }, (_, out, errors) => resolve(out + errors));
  });
}

it('npm run migrate creates the tables, and repeats without a change', async () => {
  const first = await run('migrate');
  expect(first).toMatch(/^applied 0001_call_events\.sql\n(applied .+\n)+\S+ is up to date\n$/);
  expect(await run('migrate')).toBe(`${settings.CLICKHOUSE_DATABASE} is up to date\n`);
}, 60_000);

it('npm run topics creates the topics as configured, and leaves existing ones as they are', async () => {
  const topics = topicNames(settings.TOPIC_PREFIX);
  const first = await run('topics', { CALL_PARTITIONS: '3' });
  expect(first).toContain(`created: ${topics.calls}\n`);
  expect(first).toContain('warning: with REPLICATION_FACTOR 1');
  const lines = Object.values(topics).map((topic) => `exists, unchanged: ${topic}\n`);
  expect(await run('topics', { CALL_PARTITIONS: '5' })).toBe(lines.join(''));

  const admin = connectKafka(settings, 'test-setup', createLogger('setup', 'fatal')).admin();
  await admin.connect();
  const { topics: found } = await admin.fetchTopicMetadata({ topics: [topics.calls] });
  await admin.disconnect();
  expect(found[0]?.partitions).toHaveLength(3);
}, 60_000);

it('npm run topics sets how long an existing topic of dead letters keeps them, and nothing else of it', async () => {
  const topics = topicNames(settings.TOPIC_PREFIX);
  const configOf = async (): Promise<Map<string, string>> => {
    const admin = connectKafka(settings, 'test-setup', createLogger('setup', 'fatal')).admin();
    await admin.connect();
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: ConfigResourceTypes.TOPIC, name: topics.dead }],
    });
    await admin.disconnect();
    const entries = resources[0]?.configEntries ?? [];
    return new Map(entries.map(({ configName, configValue }) => [configName, configValue]));
  };
  await run('topics');
  const before = await configOf();
  expect(before.get('retention.ms')).toBe(String(90 * DAY_MS));
  const changed = await run('topics', { DEAD_LETTER_RETENTION_DAYS: '30' });
  expect(changed).toContain(`exists, keeps its records for 30 days now: ${topics.dead}\n`);
  await until(
    'the brokers know',
    async () => (await configOf()).get('retention.ms') !== before.get('retention.ms'),
  );
  expect(await configOf()).toEqual(new Map([...before, ['retention.ms', String(30 * DAY_MS)]]));
  const unchanged = await run('topics', { DEAD_LETTER_RETENTION_DAYS: '30' });
  expect(unchanged).toContain(`exists, unchanged: ${topics.dead}\n`);
}, 60_000);

it('npm run topics says what is wrong where the cluster is too small', async () => {
  const other = { TOPIC_PREFIX: `${settings.TOPIC_PREFIX}other.`, REPLICATION_FACTOR: '30' };
  expect(await run('topics', other)).toMatch(/^The topics were not created: .*replication.factor/i);
  expect(await run('topics', { KAFKA_BROKERS: '127.0.0.1:1' })).toMatch(/^The topics were not created: /);
}, 60_000);
