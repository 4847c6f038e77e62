import { randomUUID } from 'node:crypto';
import { join, resolve } from 'node:path';
import { checkCluster } from '../../platform/clickhouse/cluster-check.ts';
import { connectClickHouse } from '../../platform/clickhouse/connect.ts';
import { Options } from '../../platform/command-line/options.ts';
import { readBoth, readConfig, type Environment } from '../../platform/config.ts';
import { AcknowledgedProducer } from '../../platform/kafka/acknowledged-producer.ts';
import { connectKafka, ensureTopics } from '../../platform/kafka/connect.ts';
import { createLogger } from '../../platform/logging.ts';
import { clickhouseVariables } from '../../platform/clickhouse/variables.ts';
import { topicDefinitions, topicNames, type TopicDefinition, type Topics } from '../../schemas/topics.ts';
import { limited } from '../limited-progress.ts';
import { count, table } from '../table.ts';
import { readTopicsConfig, replicationWarning } from '../topics-config.ts';
import { BACKED_UP_TABLES, BACKED_UP_TOPICS, type BackedUpTable } from './contents.ts';
import { DamagedBackupError, RestoreInterruptedError } from './errors.ts';
import { readLines } from './line-file.ts';
import { readBackup, type Manifest, type TableEntry } from './manifest.ts';
import { passBegunDeliveries, restoreTable } from './restore-table.ts';
import { compareTopic, restoreTopic, type Restoration } from './restore-topic.ts';
import { checkTables, checkTarget } from './target.ts';
import { configure, prepareTopic } from './topic-settings.ts';

export const RESTORE_USAGE = `npm run restore -- DIR

Restores a backup of "npm run backup". First it checks every file, and that nothing is in the way: the topics must not
exist or be empty, the tables must exist ("npm run migrate", or ClickHouse's own backup restored) and not be newer than
the backup. Then it creates the topics, appends the records with their offsets and append times, compares every record
with the backup, inserts the rows of the tables, and creates the other topics as "npm run topics" does. No process may
run meanwhile. A restore that did not end says which topics to delete before it is repeated. Settings:

  KAFKA_BROKERS, TOPIC_PREFIX, CLICKHOUSE_...   where to restore; another TOPIC_PREFIX than the backup's is fine
  CALL_PARTITIONS, REPLICATION_FACTOR, MIN_INSYNC_REPLICAS, DEAD_LETTER_RETENTION_DAYS   as of npm run topics`;

const KAFKA_RETRIES = 5;
const CLIENT = 'api-credits restore';

/**
 * @throws UsageError, ConfigError, NoBackupError, DamagedBackupError, NoTablesError, TargetNotEmptyError,
 *   RestoreInterruptedError, the servers' errors
 */
export async function restoreCommand(args: readonly string[], env: Environment): Promise<string> {
  const options = new Options(RESTORE_USAGE, {}, args, true);
  if (options.has('help')) return RESTORE_USAGE;
  const [named, ...more] = options.words;
  if (named === undefined || more.length > 0) throw options.wrong('Name the directory of one backup.');
  // npm changes to the project's folder; a relative DIR is relative to where the user called npm.
  const dir = resolve(env['INIT_CWD'] ?? process.cwd(), named);
  const [config, clickhouse] = readBoth(
    () => readTopicsConfig(env),
    () => readConfig(env, clickhouseVariables),
  );
  const backup = await readBackup(dir);
  const topics = topicNames(config.TOPIC_PREFIX);
  const { CALL_PARTITIONS: partitions, DEAD_LETTER_RETENTION_DAYS: days, replication } = config;
  const plan = restorationsOf(dir, backup, topics, topicDefinitions(topics, partitions, replication, days));
  const tables = BACKED_UP_TABLES.flatMap((each) => tableEntry(dir, backup, each));

  const kafka = connectKafka(config, CLIENT, createLogger('restore', 'fatal'), KAFKA_RETRIES);
  const admin = kafka.admin();
  const client = connectClickHouse(clickhouse, CLIENT);
  const database = clickhouse.CLICKHOUSE_DATABASE;
  const producer = new AcknowledgedProducer(kafka);
  const groupId = `${config.TOPIC_PREFIX}restore.${randomUUID()}`;
  const progress = limited((what) => process.stderr.write(`${what}\n`));
  const tools = { kafka, admin, producer, groupId, progress };
  try {
    await checkTables({ client, database });
    await checkCluster(client, clickhouse);
    await admin.connect();
    const empty = await checkTarget(
      { admin, client, database, topics },
      {
        endOffsets: new Map(plan.map(({ key, entry }) => [key, entry.end_offset])),
        releases: await releasesOf(dir, tables),
      },
    );
    try {
      for (const each of plan) {
        await prepareTopic(admin, each.definition, empty.has(each.topic));
        await restoreTopic(tools, each);
        await compareTopic(tools, each);
      }
      for (const entry of tables) await restoreTable(client, entry, join(dir, entry.file));
      await passBegunDeliveries(client);
      for (const { definition } of plan) await configure(admin, definition);
    } catch (error) {
      throw new RestoreInterruptedError(
        plan.map(({ topic }) => topic),
        error,
      );
    }
    const created = await ensureTopics(kafka, topics, partitions, replication, days);
    return reportOf(plan, tables, created, replicationWarning(replication));
  } finally {
    await producer.close();
    await Promise.all([admin.disconnect(), client.close()]);
  }
}

interface PlannedTopic extends Restoration {
  readonly key: keyof Topics;
  readonly definition: TopicDefinition;
}

function restorationsOf(
  dir: string,
  { topics: entries }: Manifest,
  topics: Topics,
  definitions: readonly TopicDefinition[],
): PlannedTopic[] {
  return BACKED_UP_TOPICS.flatMap(({ key, isDecisionLog, isNew }) => {
    const topic = topics[key];
    const entry = entries.find((each) => each.topic === topicNames()[key]);
    const definition = definitions.find((each) => each.topic === topic);
    if (!entry && isNew) return [];
    if (!entry || !definition) throw new DamagedBackupError(dir, `it does not have ${topicNames()[key]}`);
    return [{ key, topic, isDecisionLog, entry, definition, path: join(dir, entry.file) }];
  });
}

function tableEntry(dir: string, { tables }: Manifest, { name, isNew }: BackedUpTable): TableEntry[] {
  const entry = tables.find((each) => each.table === name);
  if (!entry && isNew) return [];
  if (!entry) throw new DamagedBackupError(dir, `it does not have the table ${name}`);
  return [entry];
}

async function releasesOf(dir: string, tables: readonly TableEntry[]): Promise<ReadonlySet<string>> {
  const entry = tables.find((each) => each.table === 'zone_releases');
  const releases = new Set<string>();
  if (entry) for await (const line of readLines(join(dir, entry.file))) releases.add(line);
  return releases;
}

function reportOf(
  plan: readonly PlannedTopic[],
  tables: readonly TableEntry[],
  created: readonly string[],
  warning: string | undefined,
): string {
  const rows = [
    ...plan.map(({ topic, entry }) => [`topic ${topic}`, count(entry.records), count(entry.end_offset)]),
    ...tables.map(({ table: name, rows: of }) => [`table ${name}`, count(of), '']),
  ];
  return [
    'The backup is restored, and every record was compared with it.',
    ...table(rows, ['what', 'records', 'end offset']),
    ...created.map((topic) => `created: ${topic}`),
    ...(warning === undefined ? [] : [warning]),
  ].join('\n');
}
