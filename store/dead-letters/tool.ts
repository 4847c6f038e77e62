import type { ClickHouseConfig } from '../../platform/clickhouse/connect.ts';
import { AcknowledgedProducer } from '../../platform/kafka/acknowledged-producer.ts';
import { connectKafka, type KafkaConfig } from '../../platform/kafka/connect.ts';
import type { Logger } from '../../platform/logging.ts';
import type { RegistryAccess } from '../../platform/schema-registry/access.ts';
import { topicNames } from '../../schemas/topics.ts';
import { readKeptEvents } from '../retention.ts';
import { DeadLetterReplayer } from './replayer.ts';
import { SchemaReader } from './schema-reader.ts';
import { DeadLetterValidator } from './validator.ts';

/** What a program that checks and replays dead letters reads: limits and registry are those of the consumers. */
export interface DeadLetterConfig extends ClickHouseConfig, KafkaConfig {
  readonly TOPIC_PREFIX: string;
  readonly FUTURE_LIMIT_MS: number;
  readonly LATENESS_LIMIT_MS: number;
  readonly registry: RegistryAccess | undefined;
}

/** Validates dead letters and replays them. */
export interface DeadLetterTool {
  readonly validator: Pick<DeadLetterValidator, 'validate' | 'examine' | 'read'>;
  readonly replayer: Pick<DeadLetterReplayer, 'canReplay' | 'publish'>;
  close(): Promise<void>;
}

/** Low: a user waits. */
const KAFKA_RETRIES = 2;

/**
 * Connects to Kafka when it is first needed: dead letters of the current schema are validated without it.
 * @param clientId names the program in the brokers' logs
 * @param now epoch milliseconds
 */
export function openDeadLetterTool(
  config: DeadLetterConfig,
  clientId: string,
  logger: Logger,
  now: () => number,
): DeadLetterTool {
  const topics = topicNames(config.TOPIC_PREFIX);
  const kafka = connectKafka(config, clientId, logger, KAFKA_RETRIES);
  const schemaReader = new SchemaReader(
    kafka,
    topics.writerSchemas,
    deadLetterGroup(config.TOPIC_PREFIX),
    logger,
  );
  const replayer = new DeadLetterReplayer(new AcknowledgedProducer(kafka), topics.calls);
  const timeLimits = { futureMs: config.FUTURE_LIMIT_MS, latenessMs: config.LATENESS_LIMIT_MS };
  const validator = new DeadLetterValidator({
    callsTopic: topics.calls,
    schemaReader,
    registry: config.registry,
    limits: async () => ({ ...(await readKeptEvents(config)), ...timeLimits }),
    now,
  });
  return {
    validator,
    replayer,
    close: async () => {
      await Promise.all([schemaReader.close(), replayer.close()]);
    },
  };
}

/** The prefix of the groups with which writer schemas are read: they commit nothing. */
export const deadLetterGroup = (topicPrefix: string): string => `${topicPrefix}dead-letters`;
