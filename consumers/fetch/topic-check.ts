import type { Admin } from 'kafkajs';
import { ConfigResourceTypes } from '../../platform/kafka/kafkajs.ts';

/** A topic is missing or misconfigured: retrying cannot fix it. */
export class TopicError extends Error {
  readonly code = 'TOPIC_MISCONFIGURED';
  constructor(problem: string) {
    super(problem);
    this.name = 'TopicError';
  }
}

/**
 * Makes the topics known to an admin client, one after the other. Later, parts of the consumer use it at the same time,
 * and kafkajs 2.2.4 fails where a topic is new to it while it refreshes what it knows of the others.
 * @param admin connected
 */
export async function knowTopics(admin: Admin, topics: readonly string[]): Promise<void> {
  for (const topic of topics) await admin.fetchTopicOffsets(topic);
}

/**
 * Checks that all topics exist and that their records carry the broker's append time: "future-dated" and "too late"
 * are decided by it, so that every redelivery gets the same result.
 * @param admin connected. @throws TopicError
 */
export async function checkTopics(admin: Admin, topics: readonly string[]): Promise<void> {
  const existing = new Set(await admin.listTopics());
  const missing = topics.filter((topic) => !existing.has(topic));
  if (missing.length > 0) {
    throw new TopicError(
      `Kafka has no topic ${missing.join(', ')}, or this user may not see it. Create the topics with "npm run topics" ` +
        '(npm start does it for the local stack), and give the user the ACLs that "npm run topics -- --acls" prints.',
    );
  }
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: topics.map((name) => ({
      type: ConfigResourceTypes.TOPIC,
      name,
      configNames: ['message.timestamp.type'],
    })),
  });
  for (const { resourceName, configEntries } of resources) {
    if (configEntries[0]?.configValue !== 'LogAppendTime') {
      throw new TopicError(
        `Topic ${resourceName} needs message.timestamp.type=LogAppendTime (schemas/topics.ts).`,
      );
    }
  }
}
