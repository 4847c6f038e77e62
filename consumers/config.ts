import { Type } from 'typebox';
import { clickhouseVariables } from '../platform/clickhouse/variables.ts';
import { kafkaVariables, replicationVariables } from '../platform/kafka/variables.ts';
import { eventTimeVariables, invalidRecordVariables, processVariables } from '../platform/variables.ts';
import { assertRetention, retentionVariables } from '../store/retention.ts';
import { readRegistryAccess, schemaRegistryVariables } from '../platform/schema-registry/variables.ts';
import { tracingVariables } from '../platform/tracing/variables.ts';
import { readBoth, type Environment } from '../platform/config.ts';
import { healthVariables } from '../platform/health/variables.ts';
import { readKafkaConfig } from '../platform/kafka/config.ts';

/** The environment variables of the consumer. */
export const consumerVariables = {
  ...kafkaVariables,
  ...clickhouseVariables,
  ...processVariables,
  ...healthVariables,
  ...replicationVariables,
  ...eventTimeVariables,
  ...retentionVariables,
  ...invalidRecordVariables,
  ...schemaRegistryVariables,
  ...tracingVariables,
  ON_INVALID_WAVE: Type.Enum(['alert', 'stop'], {
    default: 'alert',
    description: 'what a wave of invalid records does: an alert alone, or stop intake until a restart',
  }),
  CONSUMER_GROUP: Type.String({
    default: 'landing',
    pattern: '^[A-Za-z0-9._-]+$',
    description:
      'Kafka consumer group of the call topic; a new name lands everything again, which is harmless',
  }),
  // What counts are the merges: each level of them costs more than the insert (design.md, Landing). A backlog fills
  // the batches, so they may be large; two of them are in memory at a time.
  BATCH_ROWS: Type.Integer({ default: 300_000, minimum: 1, maximum: 1_000_000 }),
  BATCH_BYTES: Type.Integer({ default: 64 * 2 ** 20, minimum: 2 ** 16, maximum: 2 ** 28 }),
  BATCH_LINGER_MS: Type.Integer({
    default: 150,
    minimum: 0,
    maximum: 5_000,
    description:
      'the least time between two inserts that are not full; it grows up to 1 s where landing takes longer than 60 ms; after a rest a row waits 10 ms',
  }),
  FETCH_BYTES: Type.Integer({ default: 8 * 2 ** 20, minimum: 2 ** 16, maximum: 2 ** 26 }),
  // At rest it is written at every fourth interval, or as often as fits into 8 s: a record older than 10 s counts as lag.
  PROGRESS_INTERVAL_MS: Type.Integer({ default: 1_000, minimum: 100, maximum: 4_000 }),
  KAFKA_RACK: Type.String({
    default: '',
    description:
      'the rack (availability zone) of this process: it fetches from a replica there, if there is one',
  }),
  SESSION_TIMEOUT_MS: Type.Integer({
    default: 10_000,
    minimum: 1_000,
    maximum: 300_000,
    description: 'how long the partitions of a killed consumer wait for their next owner',
  }),
};

/**
 * The configuration of the consumer, with `registry` where a schema registry is given.
 * @throws ConfigError with every problem at once
 */
export function readConsumerConfig(env: Environment) {
  const config = readKafkaConfig(env, consumerVariables);
  const [registry] = readBoth(
    () => readRegistryAccess(config),
    () => assertRetention(config),
  );
  return { ...config, registry };
}
