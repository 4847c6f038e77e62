import { ConfigError, type Environment } from '../platform/config.ts';
import { readKafkaConfig } from '../platform/kafka/config.ts';
import { isSafe, SAFE_REPLICATION } from '../platform/kafka/replication-check.ts';
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

/** What to say of topics of this replication; undefined where the loss of a broker loses nothing. */
export function replicationWarning(replication: Replication): string | undefined {
  if (isSafe(replication)) return undefined;
  const { replicationFactor, minInsyncReplicas } = replication;
  return (
    `warning: with REPLICATION_FACTOR ${replicationFactor} and MIN_INSYNC_REPLICAS ${minInsyncReplicas} the loss of a broker ` +
    `may lose acknowledged records; use ${SAFE_REPLICATION.replicationFactor} and ${SAFE_REPLICATION.minInsyncReplicas} in production`
  );
}
