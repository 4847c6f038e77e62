import type { ClickHouseClient } from '../platform/clickhouse/connect.ts';
import { readKafkaConfig } from '../platform/kafka/config.ts';
import { kafkaVariables } from '../platform/kafka/variables.ts';
import { connectKafka } from '../platform/kafka/connect.ts';
import { openLandedLog, type LandedLog } from '../platform/landed-log.ts';
import { createLogger } from '../platform/logging.ts';
import { topicNames } from '../schemas/topics.ts';

/** Low limits, so that a waiting user learns soon that Kafka is unavailable or that no consumer is running. */
const KAFKA_RETRIES = 2;
const LANDING_TIMEOUT_MS = 30_000;

/** Opens the topic `daily-charges` of the stack that the environment names for the duration of `work`. @throws ConfigError */
export async function withChargesLog<Result>(
  client: ClickHouseClient,
  work: (log: LandedLog) => Promise<Result>,
): Promise<Result> {
  const config = readKafkaConfig(process.env, kafkaVariables);
  const kafka = connectKafka(
    config,
    'api-credits recompute',
    createLogger('recompute', 'fatal'),
    KAFKA_RETRIES,
  );
  const topic = topicNames(config.TOPIC_PREFIX).dailyCharges;
  const log = openLandedLog(kafka, client, topic, LANDING_TIMEOUT_MS);
  try {
    return await work(log);
  } finally {
    await log.close();
  }
}
