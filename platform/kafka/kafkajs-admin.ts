import type { Admin } from 'kafkajs';

/** What is used of kafkajs 2.2.4's connection to the brokers. */
interface Cluster {
  addMultipleTargetTopics(topics: readonly string[]): Promise<void>;
  refreshMetadata(): Promise<void>;
  findTopicPartitionMetadata(topic: string): readonly { readonly partitionId: number }[];
  fetchTopicsOffset(
    topics: readonly {
      readonly topic: string;
      readonly fromBeginning: boolean;
      readonly partitions: readonly { readonly partition: number }[];
    }[],
  ): Promise<
    readonly {
      readonly topic: string;
      readonly partitions: readonly { readonly partition: number; readonly offset: string }[];
    }[]
  >;
}

interface AdminOptions {
  readonly cluster: Cluster;
}

export type CreateAdmin = (options: AdminOptions) => Admin;

const clusters = new WeakMap<Admin, Cluster>();

/** Takes the place of kafkajs's function that makes admin clients, so that readEndOffsets finds what they connect by. */
export const knowingCluster =
  (createAdmin: CreateAdmin): CreateAdmin =>
  (options) => {
    const admin = createAdmin(options);
    clusters.set(admin, options.cluster);
    return admin;
  };

/** The ends of topics by partition: the offset behind the last record. */
export type EndOffsets = ReadonlyMap<string, ReadonlyMap<number, number>>;

/**
 * Reads the end offsets of all partitions that the topics have now: one request for the metadata, and one to each
 * leader. The three calls of kafkajs's fetchTopicOffsets for three topics take nine, because each reads the metadata
 * again, and the earliest offsets too.
 * @param admin connected
 * @throws kafkajs's errors; where a leader has just moved, the next call finds the new one
 */
export async function readEndOffsets(admin: Admin, topics: readonly string[]): Promise<EndOffsets> {
  const cluster = clusters.get(admin);
  if (!cluster) throw new Error('kafkajs was loaded before platform/kafka/kafkajs.ts replaced its modules.');
  await cluster.addMultipleTargetTopics(topics);
  await cluster.refreshMetadata();
  const ends = await cluster.fetchTopicsOffset(
    topics.map((topic) => ({
      topic,
      fromBeginning: false,
      partitions: cluster
        .findTopicPartitionMetadata(topic)
        .map(({ partitionId }) => ({ partition: partitionId })),
    })),
  );
  return new Map(
    ends.map(({ topic, partitions }) => [
      topic,
      new Map(partitions.map(({ partition, offset }) => [partition, Number(offset)])),
    ]),
  );
}
