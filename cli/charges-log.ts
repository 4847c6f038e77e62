import type { ClickHouseClient } from '../platform/clickhouse/connect.ts';
import { readConfig } from '../platform/config.ts';
import { kafkaVariables } from '../platform/variables.ts';
import { connectKafka } from '../platform/kafka/connect.ts';
import { openLandedLog, type LandedLog } from '../platform/landed-log.ts';
import { createLogger } from '../platform/logging.ts';
import { topicNames } from '../schemas/topics.ts';

/** Whoever types a command wants to know soon that Kafka is away, or that no consumer lands the charges. */
const KAFKA_RETRIES = 2;
const LANDED_WITHIN_MS = 30_000;

/** Opens the topic `daily-charges` of the stack that the environment names, for as long as the work takes. */
export async function withChargesLog<Result>(
  client: ClickHouseClient,
  work: (log: LandedLog) => Promise<Result>,
): Promise<Result> {
  const config = readConfig(process.env, kafkaVariables);
  const kafka = connectKafka(
    config,
    'api-credits recompute',
    createLogger('recompute', 'fatal'),
    KAFKA_RETRIES,
  );
  const topic = topicNames(config.TOPIC_PREFIX).dailyCharges;
  const log = openLandedLog(kafka, client, topic, LANDED_WITHIN_MS);
  try {
    return await work(log);
  } finally {
    await log.close();
  }
}
