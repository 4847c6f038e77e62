import type { Admin } from 'kafkajs';
import { ConfigResourceTypes } from '../../platform/kafka/kafkajs.ts';

/** The topics are not what the pipeline's reasoning needs; nothing that repeats can mend it. */
export class TopicError extends Error {
  readonly code = 'TOPIC';
  constructor(problem: string) {
    super(problem);
    this.name = 'TopicError';
  }
}

/**
 * Refuses to start on a topic that is missing or whose records carry their producers' time: "future-dated" and
 * "too late" are verdicts on the broker's append time, the same on every redelivery.
 */
export async function checkTopics(admin: Admin, topics: readonly string[]): Promise<void> {
  const existing = new Set(await admin.listTopics());
  const missing = topics.filter((topic) => !existing.has(topic));
  if (missing.length > 0) {
    throw new TopicError(
      `Kafka has no topic ${missing.join(', ')}. Create the topics first (npm start does, or ensureTopics in deploy/kafka.ts).`,
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
