import type { Admin } from 'kafkajs';
import type { FetchedPartition } from './kafkajs-batch.ts';

/** What is used of kafkajs 2.2.4's connection to the brokers. */
export interface Cluster {
  addMultipleTargetTopics(topics: readonly string[]): Promise<void>;
  refreshMetadata(): Promise<void>;
  findTopicPartitionMetadata(topic: string): readonly { readonly partitionId: number }[];
  /** The partitions by their leader's node id. */
  findLeaderForPartitions(
    topic: string,
    partitions: readonly number[],
  ): Readonly<Record<string, readonly number[]>>;
  findBroker(node: { readonly nodeId: string }): Promise<Broker>;
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

/** What is used of kafkajs 2.2.4's connection to one broker. */
export interface Broker {
  fetch(request: {
    readonly replicaId: number;
    readonly isolationLevel: number;
    readonly maxWaitTime: number;
    readonly topics: readonly {
      readonly topic: string;
      readonly partitions: readonly {
        readonly partition: number;
        readonly fetchOffset: string;
        readonly maxBytes: number;
      }[];
    }[];
  }): Promise<{
    readonly responses: readonly { readonly partitions: readonly FetchedPartition[] }[];
  }>;
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

/** @param admin connected */
export function clusterOf(admin: Admin): Cluster {
  const cluster = clusters.get(admin);
  if (!cluster) throw new Error('kafkajs was loaded before platform/kafka/kafkajs.ts replaced its modules.');
  return cluster;
}

/** Offsets of topics, by partition. */
export type TopicOffsets = ReadonlyMap<string, ReadonlyMap<number, number>>;
/** The ends of topics by partition: the offset behind the last record. */
export type EndOffsets = TopicOffsets;

/**
 * Reads the end offsets of all partitions that the topics have now: one request for the metadata, and one to each
 * leader. The three calls of kafkajs's fetchTopicOffsets for three topics take nine, because each reads the metadata
 * again, and the earliest offsets too.
 * @param admin connected
 * @throws kafkajs's errors; where a leader has just moved, the next call finds the new one
 */
export const readEndOffsets = (admin: Admin, topics: readonly string[]): Promise<EndOffsets> =>
  readOffsets(admin, topics, false);

/** The same of the first offsets that are kept. */
export const readFirstOffsets = (admin: Admin, topics: readonly string[]): Promise<TopicOffsets> =>
  readOffsets(admin, topics, true);

async function readOffsets(
  admin: Admin,
  topics: readonly string[],
  fromBeginning: boolean,
): Promise<TopicOffsets> {
  const cluster = clusterOf(admin);
  await cluster.addMultipleTargetTopics(topics);
  await cluster.refreshMetadata();
  const found = await cluster.fetchTopicsOffset(
    topics.map((topic) => ({
      topic,
      fromBeginning,
      partitions: cluster
        .findTopicPartitionMetadata(topic)
        .map(({ partitionId }) => ({ partition: partitionId })),
    })),
  );
  return new Map(
    found.map(({ topic, partitions }) => [
      topic,
      new Map(partitions.map(({ partition, offset }) => [partition, Number(offset)])),
    ]),
  );
}
