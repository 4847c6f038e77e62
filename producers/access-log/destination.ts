import { connectKafka, type KafkaConfig } from '../../platform/kafka/connect.ts';
import type { Logger } from '../../platform/logging.ts';
import type { Topics } from '../../schemas/topics.ts';

/** Nothing was published: there is no Kafka, or it has not the topics. */
export class NoDestinationError extends Error {
  readonly code = 'NO_DESTINATION';
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'NoDestinationError';
  }
}

const RETRIES = 2;

/**
 * Looks before it is published to: whoever replays by hand wants to know at once that Kafka is not there.
 * @returns a name of cluster and topic that no other has
 */
export async function findDestination(config: KafkaConfig, topics: Topics, logger: Logger): Promise<string> {
  const admin = connectKafka(config, 'api-credits replay', logger, RETRIES).admin();
  try {
    await admin.connect();
    const { clusterId } = await admin.describeCluster();
    const existing = await admin.listTopics();
    const missing = [topics.calls, topics.writerSchemas].filter((topic) => !existing.includes(topic));
    if (missing.length > 0) {
      throw new NoDestinationError(
        `Kafka at ${config.KAFKA_BROKERS} has no topic ${missing.join(', ')}. Start the stack, which creates them ` +
          '(npm start), or set TOPIC_PREFIX to that of yours.',
      );
    }
    return `${clusterId}/${topics.calls}`;
  } catch (error) {
    if (error instanceof NoDestinationError) throw error;
    throw new NoDestinationError(
      `No Kafka answers at ${config.KAFKA_BROKERS} (${error instanceof Error ? error.message : String(error)}). ` +
        'Start the local stack (npm start), or set KAFKA_BROKERS.',
      error,
    );
  } finally {
    await admin.disconnect();
  }
}
