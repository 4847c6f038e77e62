import type { Admin } from 'kafkajs';
import { ConfigResourceTypes } from '../../platform/kafka/kafkajs.ts';

const SHOWN = [
  'message.timestamp.type',
  'cleanup.policy',
  'retention.ms',
  'retention.bytes',
  'min.insync.replicas',
  'compression.type',
  'max.message.bytes',
];

/** What Kafka says of a topic. */
export interface TopicState {
  readonly partitions: number;
  /** Of its first partition. */
  readonly replicationFactor: number;
  readonly startOffset: number;
  readonly endOffset: number;
}

/** @returns undefined where Kafka has no such topic, or this user may not see it */
export async function readTopicState(admin: Admin, topic: string): Promise<TopicState | undefined> {
  if (!(await admin.listTopics()).includes(topic)) return undefined;
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  const [first] = await admin.fetchTopicOffsets(topic);
  const partitions = topics[0]?.partitions ?? [];
  return {
    partitions: partitions.length,
    replicationFactor: partitions[0]?.replicas.length ?? 0,
    startOffset: Number(first?.low ?? 0),
    endOffset: Number(first?.high ?? 0),
  };
}

/** The configuration of a topic that matters here. */
export async function readTopicConfig(admin: Admin, topic: string): Promise<Record<string, string>> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configNames: SHOWN }],
  });
  const entries = resources[0]?.configEntries ?? [];
  return Object.fromEntries(entries.map(({ configName, configValue }) => [configName, configValue]));
}
