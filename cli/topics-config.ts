import { ConfigError, type Environment } from '../platform/config.ts';
import { readKafkaConfig } from '../platform/kafka/config.ts';
import { isSafe, SAFE_REPLICATION } from '../platform/kafka/replication-check.ts';
import { kafkaVariables, topicVariables } from '../platform/kafka/variables.ts';
import type { Replication } from '../schemas/topics.ts';
import { retentionVariables } from '../store/retention.ts';

/** The configuration of `npm run topics`. @throws ConfigError */
export function readTopicsConfig(env: Environment) {
  const config = readKafkaConfig(env, {
    ...kafkaVariables,
    ...topicVariables,
    DEAD_LETTER_RETENTION_DAYS: retentionVariables.DEAD_LETTER_RETENTION_DAYS,
  });
  const replication = replicationOf(config);
  const problems = replicationProblems(replication);
  if (problems.length > 0) throw new ConfigError(problems);
  return { ...config, replication };
}

interface ReplicationConfig {
  readonly REPLICATION_FACTOR: number;
  readonly MIN_INSYNC_REPLICAS: number;
}

export const replicationOf = (config: ReplicationConfig): Replication => ({
  replicationFactor: config.REPLICATION_FACTOR,
  minInsyncReplicas: config.MIN_INSYNC_REPLICAS,
});

export function replicationProblems({ replicationFactor, minInsyncReplicas }: Replication): string[] {
  if (minInsyncReplicas <= replicationFactor) return [];
  return [
    `MIN_INSYNC_REPLICAS is ${minInsyncReplicas}, but must be at most REPLICATION_FACTOR, which is ${replicationFactor}: otherwise nothing can be published`,
  ];
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
