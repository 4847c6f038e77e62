import { ConfigError, type Environment } from '../platform/config.ts';
import { readKafkaConfig } from '../platform/kafka/config.ts';
import { kafkaVariables, topicVariables } from '../platform/variables.ts';
import type { Replication } from '../schemas/topics.ts';

/** The configuration of `npm run topics`. @throws ConfigError */
export function readTopicsConfig(env: Environment) {
  const config = readKafkaConfig(env, { ...kafkaVariables, ...topicVariables });
  const { REPLICATION_FACTOR: replicationFactor, MIN_INSYNC_REPLICAS: minInsyncReplicas } = config;
  if (minInsyncReplicas > replicationFactor) {
    throw new ConfigError([
      `MIN_INSYNC_REPLICAS is ${minInsyncReplicas}, but must be at most REPLICATION_FACTOR, which is ${replicationFactor}: otherwise nothing can be published`,
    ]);
  }
  return { ...config, replication: { replicationFactor, minInsyncReplicas } };
}

/** With less than this, the loss of one broker may lose acknowledged records. */
const SAFE: Replication = { replicationFactor: 3, minInsyncReplicas: 2 };

/** What to say of topics of this replication; undefined where the loss of a broker loses nothing. */
export function replicationWarning({
  replicationFactor,
  minInsyncReplicas,
}: Replication): string | undefined {
  if (replicationFactor >= SAFE.replicationFactor && minInsyncReplicas >= SAFE.minInsyncReplicas) {
    return undefined;
  }
  return (
    `warning: with REPLICATION_FACTOR ${replicationFactor} and MIN_INSYNC_REPLICAS ${minInsyncReplicas} the loss of a broker ` +
    `may lose acknowledged records; use ${SAFE.replicationFactor} and ${SAFE.minInsyncReplicas} in production`
  );
}
