import type { Kafka } from 'kafkajs';
import { migrate } from '../../platform/clickhouse/migrate.ts';
import { ensureTopics } from '../../platform/kafka/connect.ts';
import { enforceTopicRetention } from '../../platform/kafka/topic-retention.ts';
import type { Topics } from '../../schemas/topics.ts';
import { enforceDeadLetterRetention } from '../../store/dead-letters/retention.ts';
import { enforceRetention } from '../../store/retention.ts';
import { enforceSourceRetention } from '../../store/source-retention.ts';
import type { LocalConfig } from './config.ts';
import { clickhouseAs } from './environment.ts';
import type { ServerPlaces } from './start-servers.ts';

/** Brings the tables and topics to what this release has. May be repeated. */
export async function createTablesAndTopics(
  config: LocalConfig,
  servers: ServerPlaces,
  { kafka, topics }: { readonly kafka: Kafka; readonly topics: Topics },
): Promise<void> {
  const asOwner = clickhouseAs(config, servers, 'owner');
  await migrate(asOwner);
  // The consumer may not change the local tables: it finds this done.
  await enforceRetention(asOwner, config.RETENTION_DAYS);
  await enforceDeadLetterRetention(asOwner, config.DEAD_LETTER_RETENTION_DAYS);
  await enforceSourceRetention(asOwner, config.SOURCE_RETENTION_DAYS);
  const { CALL_PARTITIONS: partitions, DEAD_LETTER_RETENTION_DAYS: days, replication } = config;
  await ensureTopics(kafka, topics, partitions, replication, days);
  await enforceTopicRetention(kafka, topics.dead, days);
}
