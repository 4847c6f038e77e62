import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Admin, Kafka } from 'kafkajs';
import { formatInstant } from '../../domain/instants.ts';
import { connectClickHouse, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { checkCluster } from '../../platform/clickhouse/cluster-check.ts';
import { Options } from '../../platform/command-line/options.ts';
import type { Environment } from '../../platform/config.ts';
import { readKafkaConfig } from '../../platform/kafka/config.ts';
import { connectKafka } from '../../platform/kafka/connect.ts';
import { createLogger } from '../../platform/logging.ts';
import { clickhouseVariables } from '../../platform/clickhouse/variables.ts';
import { kafkaVariables } from '../../platform/kafka/variables.ts';
import { topicNames } from '../../schemas/topics.ts';
import { limited } from '../limited-progress.ts';
import { count, table } from '../table.ts';
import { backUpTable } from './back-up-table.ts';
import { backUpTopic, type TopicRange } from './back-up-topic.ts';
import { BACKED_UP_TABLES, BACKED_UP_TOPICS } from './contents.ts';
import { BackupDirectoryError, NoSuchTopicError } from './errors.ts';
import { FORMAT, writeManifest, type Manifest, type TableEntry, type TopicEntry } from './manifest.ts';
import { readTopicState } from './topic-state.ts';

export const BACKUP_USAGE = `npm run backup -- DIR

Writes what cannot be computed again into a new directory: the topics settings, daily-charges, alerts and
api-calls.schemas, and the tables erasures, zone_releases, alert_log, alert_attempts and alert_progress. Everything may
run meanwhile; what is appended after the start is left out. The backup is complete once DIR has manifest.json. It holds
customers' terms and charges, users whom alerts name, and the secrets of erasures: keep it where few can read it.
"npm run restore -- DIR" restores it. docs/operations.md says what else to back up, and when.`;

/** A user at the terminal learns soon that Kafka does not answer. */
const KAFKA_RETRIES = 5;
const CLIENT = 'api-credits backup';

/** One that fails leaves no directory. @throws UsageError, ConfigError, BackupDirectoryError, NoSuchTopicError, the servers' errors */
export async function backupCommand(args: readonly string[], env: Environment): Promise<string> {
  const options = new Options(BACKUP_USAGE, {}, args, true);
  if (options.has('help')) return BACKUP_USAGE;
  const [named, ...more] = options.words;
  if (named === undefined || more.length > 0) throw options.wrong('Name one new directory.');
  // npm changes to the project's folder; a relative DIR is relative to where the user called npm.
  const dir = resolve(env['INIT_CWD'] ?? process.cwd(), named);
  const config = readKafkaConfig(env, { ...kafkaVariables, ...clickhouseVariables });
  const kafka = connectKafka(config, CLIENT, createLogger('backup', 'fatal'), KAFKA_RETRIES);
  const client = connectClickHouse(config, CLIENT);
  const admin = kafka.admin();
  try {
    await checkCluster(client, config);
    await admin.connect();
    const started = Date.now();
    // A topic that is missing is found before anything is made.
    await rangesOf(admin, config.TOPIC_PREFIX);
    await mkdir(dir, { mode: 0o700 }).catch((error: unknown) => {
      throw new BackupDirectoryError(dir, error);
    });
    const source = { kafka, admin, client, dir };
    const manifest = await writeFiles(source, config, started).catch(async (error: unknown) => {
      await rm(dir, { recursive: true });
      throw error;
    });
    return reportOf(dir, manifest);
  } finally {
    await Promise.all([admin.disconnect(), client.close()]);
  }
}

interface Source {
  readonly kafka: Kafka;
  readonly admin: Admin;
  readonly client: ClickHouseClient;
  readonly dir: string;
}

/** What the topics hold now, one after the other (contents.ts says in which order). */
async function rangesOf(admin: Admin, prefix: string): Promise<TopicRange[]> {
  const ranges: TopicRange[] = [];
  for (const { key, isDecisionLog } of BACKED_UP_TOPICS) {
    const topic = topicNames(prefix)[key];
    const state = await readTopicState(admin, topic);
    if (state?.partitions !== 1) throw new NoSuchTopicError(topic);
    ranges.push({ topic, name: topicNames()[key], isDecisionLog, state });
  }
  return ranges;
}

async function writeFiles(
  { kafka, admin, client, dir }: Source,
  {
    TOPIC_PREFIX,
    CLICKHOUSE_DATABASE,
  }: { readonly TOPIC_PREFIX: string; readonly CLICKHOUSE_DATABASE: string },
  started: number,
): Promise<Manifest> {
  const progress = limited((what) => process.stderr.write(`${what}\n`));
  const topics: TopicEntry[] = [];
  const tables: TableEntry[] = [];
  const alertsTopic = topicNames(TOPIC_PREFIX).alerts;
  async function backUpTables(isFirst: boolean, ranges: readonly TopicRange[]): Promise<void> {
    const end = ranges.find(({ topic }) => topic === alertsTopic)?.state.endOffset ?? 0;
    for (const backedUp of BACKED_UP_TABLES) {
      if ((backedUp.isFirst ?? false) !== isFirst) continue;
      const file = `${backedUp.name}.ndjson.gz`;
      tables.push(await backUpTable(client, backedUp, end, file, join(dir, file)));
    }
  }
  await backUpTables(true, []);
  const ranges = await rangesOf(admin, TOPIC_PREFIX);
  const groupId = `${TOPIC_PREFIX}backup.${randomUUID()}`;
  for (const range of ranges) {
    const file = `${range.name}.ndjson.gz`;
    topics.push(await backUpTopic({ kafka, admin, groupId, progress }, range, file, join(dir, file)));
  }
  await backUpTables(false, ranges);
  const manifest: Manifest = {
    format: FORMAT,
    started_at: formatInstant(started),
    finished_at: formatInstant(Date.now()),
    topic_prefix: TOPIC_PREFIX,
    database: CLICKHOUSE_DATABASE,
    topics,
    tables,
  };
  await writeManifest(dir, manifest);
  return manifest;
}

function reportOf(dir: string, { topics, tables }: Manifest): string {
  const rows = [
    ...topics.map(({ topic, records, end_offset, bytes }) => [
      `topic ${topic}`,
      count(records),
      count(end_offset),
      count(bytes),
    ]),
    ...tables.map(({ table: name, rows: of, bytes }) => [`table ${name}`, count(of), '', count(bytes)]),
  ];
  return [
    `The backup in ${dir} is complete.`,
    ...table(rows, ['what', 'records', 'end offset', 'bytes']),
  ].join('\n');
}
