import { asAccessError } from '../../platform/kafka/access-error.ts';
import { connectKafka, type KafkaConfig } from '../../platform/kafka/connect.ts';
import { ENVIRONMENT_NAMES } from '../../platform/kafka/security.ts';
import type { Logger } from '../../platform/logging.ts';
import type { Topics } from '../../schemas/topics.ts';

/** Nothing was published: Kafka does not answer, or has no such topics. */
export class NoDestinationError extends Error {
  readonly code = 'NO_DESTINATION';
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'NoDestinationError';
  }
}

const RETRIES = 2;

/**
 * Checks Kafka before anything is published, so that a missing Kafka is reported at once.
 * @returns a unique name of the cluster and topic
 * @throws NoDestinationError, KafkaAccessError
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
          '(npm start), or set TOPIC_PREFIX to that of your stack.',
      );
    }
    return `${clusterId}/${topics.calls}`;
  } catch (error) {
    if (error instanceof NoDestinationError) throw error;
    const denied = asAccessError(error, ENVIRONMENT_NAMES);
    if (denied) throw denied;
    throw new NoDestinationError(
      `No Kafka answers at ${config.KAFKA_BROKERS} (${error instanceof Error ? error.message : String(error)}). ` +
        'Start the local stack (npm start), or set KAFKA_BROKERS.',
      error,
    );
  } finally {
    await admin.disconnect();
  }
}
