import { randomBytes } from 'node:crypto';
import { nodesOf, type ShardBy } from '../../platform/clickhouse/cluster.ts';
import { connectClickHouse, connectNodes } from '../../platform/clickhouse/connect.ts';
import { connectKafka } from '../../platform/kafka/connect.ts';
import { createLogger } from '../../platform/logging.ts';
import { serverAddresses } from './addresses.ts';
import { nextCluster } from './cluster-names.ts';
import type { Servers } from './servers.ts';

/** A database and a topic prefix that no other suite uses, as the settings of a process. */
export interface Namespace {
  readonly settings: NamespaceSettings;
  /** Runs a statement on the tables of each server: a Distributed table takes no TRUNCATE, OPTIMIZE, ALTER or DELETE. */
  onTables(statement: string): Promise<void>;
  /** Drops the database and the topics, whatever was created of them. */
  drop(): Promise<void>;
}

export interface NamespaceSettings {
  readonly KAFKA_BROKERS: string;
  readonly TOPIC_PREFIX: string;
  readonly CLICKHOUSE_URL: string;
  readonly CLICKHOUSE_DATABASE: string;
  readonly CLICKHOUSE_USER: string;
  readonly CLICKHOUSE_PASSWORD: string;
  readonly CLICKHOUSE_CLUSTER?: string;
  readonly CLICKHOUSE_SHARD_BY?: ShardBy;
}

type ServerOptions = Omit<Servers, 'stop'>;

/** @param suite a word that tells the suite in logs, of letters and digits. Creates nothing on the servers. */
export function openNamespace(
  suite: string,
  {
    kafkaBrokers,
    clickhouseUrl,
    clickhouseUser,
    clickhousePassword,
    clickhouseClusters = 0,
  }: ServerOptions = serverAddresses(),
  id: string = randomBytes(4).toString('hex'),
): Namespace {
  const name = `test_${suite}_${id}`;
  const cluster = clickhouseClusters > 0 ? nextCluster(clickhouseClusters) : undefined;
  const settings: NamespaceSettings = {
    KAFKA_BROKERS: kafkaBrokers,
    TOPIC_PREFIX: `${name}.`,
    CLICKHOUSE_URL: clickhouseUrl,
    CLICKHOUSE_DATABASE: cluster?.database ?? name,
    CLICKHOUSE_USER: clickhouseUser,
    CLICKHOUSE_PASSWORD: clickhousePassword,
    ...(cluster && { CLICKHOUSE_CLUSTER: cluster.name, CLICKHOUSE_SHARD_BY: shardBy() }),
  };
  return {
    settings,
    onTables: async (statement) => {
      for (const node of connectNodes(settings, 'test namespace')) {
        await node.command({ query: statement });
        await node.close();
      }
    },
    drop: async () => {
      await Promise.all([dropDatabase(settings), dropTopics(settings)]);
    },
  };
}

const shardBy = (): ShardBy => (process.env['TEST_SHARD_BY'] === 'org-hour' ? 'org-hour' : 'org');

/** On every server. */
export async function dropDatabase(settings: NamespaceSettings): Promise<void> {
  for (const node of nodesOf(settings)) {
    const client = connectClickHouse({ ...node, CLICKHOUSE_DATABASE: 'default' }, 'test namespace');
    try {
      for (const database of new Set([settings.CLICKHOUSE_DATABASE, node.CLICKHOUSE_DATABASE])) {
        await client.command({ query: `DROP DATABASE IF EXISTS ${database}` });
      }
    } finally {
      await client.close();
    }
  }
}

async function dropTopics(settings: NamespaceSettings): Promise<void> {
  const admin = connectKafka(settings, 'test-namespace', createLogger('test namespace', 'fatal')).admin();
  await admin.connect();
  try {
    const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(settings.TOPIC_PREFIX));
    if (topics.length > 0) await admin.deleteTopics({ topics });
  } finally {
    await admin.disconnect();
  }
}
