import { randomBytes } from 'node:crypto';
import { connectClickHouse } from '../../platform/clickhouse/connect.ts';
import { connectKafka } from '../../platform/kafka/connect.ts';
import { createLogger } from '../../platform/logging.ts';
import { serverAddresses } from './addresses.ts';

/** A database and a topic prefix that no other suite uses, as the settings of a process. */
export interface Namespace {
  readonly settings: NamespaceSettings;
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
}

/** @param suite a word that tells the suite in logs, of letters and digits. Creates nothing on the servers. */
export function openNamespace(
  suite: string,
  { kafkaBrokers, clickhouseUrl, clickhouseUser, clickhousePassword } = serverAddresses(),
  id: string = randomBytes(4).toString('hex'),
): Namespace {
  const name = `test_${suite}_${id}`;
  const settings: NamespaceSettings = {
    KAFKA_BROKERS: kafkaBrokers,
    TOPIC_PREFIX: `${name}.`,
    CLICKHOUSE_URL: clickhouseUrl,
    CLICKHOUSE_DATABASE: name,
    CLICKHOUSE_USER: clickhouseUser,
    CLICKHOUSE_PASSWORD: clickhousePassword,
  };
  return {
    settings,
    drop: async () => {
      await Promise.all([dropDatabase(settings), dropTopics(settings)]);
    },
  };
}

async function dropDatabase(settings: NamespaceSettings): Promise<void> {
  const client = connectClickHouse({ ...settings, CLICKHOUSE_DATABASE: 'default' }, 'test namespace');
  try {
    await client.command({ query: `DROP DATABASE IF EXISTS ${settings.CLICKHOUSE_DATABASE}` });
  } finally {
    await client.close();
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
