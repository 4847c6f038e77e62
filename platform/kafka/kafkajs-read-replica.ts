/** What is used of kafkajs's member of a consumer group. */
interface GroupMember {
  /** By topic and partition: the follower that the leader sends this client to (KIP-392). */
  readonly preferredReadReplicasPerTopicPartition: Record<string, Record<number, unknown> | undefined>;
  recoverFromOffsetOutOfRange(error: OutOfRange): Promise<void>;
}

interface OutOfRange {
  readonly topic: string;
  readonly partition: number;
}

export type GroupMemberClass = new (options: object) => GroupMember;

/**
 * A follower may not have an offset yet that the leader has given out, and answers that it is out of range. kafkajs
 * 2.2.4 means to go back to the leader then, but looks for a number where it keeps an object, and so starts again at
 * the topic's first offset: everything would land once more.
 */
export const readingFromLeaderAgain = (kafkajsMember: GroupMemberClass): GroupMemberClass =>
  class extends kafkajsMember {
    override async recoverFromOffsetOutOfRange(error: OutOfRange): Promise<void> {
      const preferred = this.preferredReadReplicasPerTopicPartition[error.topic];
      if (preferred?.[error.partition] === undefined) return super.recoverFromOffsetOutOfRange(error);
      delete preferred[error.partition];
    }
  };
