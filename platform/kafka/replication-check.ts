import type { Admin } from 'kafkajs';
import type { Replication } from '../../schemas/topics.ts';
import type { Logger } from '../logging.ts';
import { ConfigResourceTypes } from './kafkajs.ts';

/** With less than this, the loss of one broker may lose acknowledged records. */
export const SAFE_REPLICATION: Replication = { replicationFactor: 3, minInsyncReplicas: 2 };

export const isSafe = ({ replicationFactor, minInsyncReplicas }: Replication): boolean =>
  replicationFactor >= SAFE_REPLICATION.replicationFactor &&
  minInsyncReplicas >= SAFE_REPLICATION.minInsyncReplicas;

/** What ON_LOW_REPLICATION says. */
export type OnLowReplication = 'warn' | 'stop' | 'ignore';

/** Topics would lose records with a broker, and ON_LOW_REPLICATION is stop. */
export class LowReplicationError extends Error {
  readonly code = 'LOW_REPLICATION';
  constructor(problem: string) {
    super(
      `${problem}. Raise it (docs/operations.md, Replication), or set ON_LOW_REPLICATION=warn to start all the same.`,
    );
    this.name = 'LowReplicationError';
  }
}

/**
 * Checks that the loss of a broker loses no acknowledged record of these topics.
 * @param admin connected. Topics that do not exist, or that no ACL shows, are a warning
 * @throws LowReplicationError; Kafka's errors, also for a missing ACL
 */
export async function checkReplication(
  admin: Admin,
  topics: readonly string[],
  onLow: OnLowReplication,
  logger: Logger,
): Promise<void> {
  const existing = new Set(await admin.listTopics());
  const missing = topics.filter((topic) => !existing.has(topic));
  if (missing.length > 0) {
    const problem = `Kafka has no topic ${missing.join(', ')}, or this user may not see it`;
    logger.warn(
      { topics: missing },
      `${problem}. "npm run topics" creates them; with --acls it prints the ACLs`,
    );
  }
  if (onLow === 'ignore') return;
  const low = await lowReplication(
    admin,
    topics.filter((topic) => existing.has(topic)),
  );
  if (low.length === 0) return;
  const { replicationFactor, minInsyncReplicas } = SAFE_REPLICATION;
  const list = low.map(({ topic, ...has }) => `${topic} ${has.replicationFactor}/${has.minInsyncReplicas}`);
  const problem =
    `The loss of a broker may lose acknowledged records: fewer replicas / min.insync.replicas than ` +
    `${replicationFactor}/${minInsyncReplicas} have ${list.join(', ')}`;
  if (onLow === 'stop') throw new LowReplicationError(problem);
  logger.warn({ topics: low }, problem);
}

async function lowReplication(
  admin: Admin,
  topics: readonly string[],
): Promise<(Replication & { readonly topic: string })[]> {
  if (topics.length === 0) return [];
  const { topics: found } = await admin.fetchTopicMetadata({ topics: [...topics] });
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: topics.map((name) => ({
      type: ConfigResourceTypes.TOPIC,
      name,
      configNames: ['min.insync.replicas'],
    })),
  });
  const inSync = new Map(
    resources.map(({ resourceName, configEntries }) => [resourceName, Number(configEntries[0]?.configValue)]),
  );
  return found
    .map(({ name, partitions }) => ({
      topic: name,
      replicationFactor: Math.min(...partitions.map(({ replicas }) => replicas.length)),
      minInsyncReplicas: inSync.get(name) ?? 1,
    }))
    .filter((replication) => !isSafe(replication));
}
