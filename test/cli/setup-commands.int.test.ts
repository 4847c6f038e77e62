import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { connectKafka } from '../../platform/kafka/connect.ts';
import { createLogger } from '../../platform/logging.ts';
import { projectRoot } from '../../schemas/root.ts';
import { topicNames } from '../../schemas/topics.ts';
import { openNamespace } from '../servers/namespace.ts';

/** `npm run migrate` and `npm run topics`, for deployments without `npm start`. */
const namespace = openNamespace('setup');
const { settings } = namespace;
afterAll(() => namespace.drop());

function run(program: string, more: Readonly<Record<string, string>> = {}): Promise<string> {
  const file = join(projectRoot(), 'cli', `${program}.ts`);
  const env = { PATH: process.env['PATH'], ...settings, ...more };
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

it('npm run topics says what is wrong where the cluster is too small', async () => {
  const other = { TOPIC_PREFIX: `${settings.TOPIC_PREFIX}other.`, REPLICATION_FACTOR: '30' };
  expect(await run('topics', other)).toMatch(/^The topics were not created: .*replication.factor/i);
  expect(await run('topics', { KAFKA_BROKERS: '127.0.0.1:1' })).toMatch(/^The topics were not created: /);
}, 60_000);
