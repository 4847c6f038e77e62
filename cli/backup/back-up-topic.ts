import type { Admin, Kafka } from 'kafkajs';
import { formatInstant } from '../../domain/instants.ts';
import { readTopic } from '../../platform/kafka/read-topic.ts';
import { count } from '../table.ts';
import { LineFile } from './line-file.ts';
import type { TopicEntry } from './manifest.ts';
import { lineOf } from './record-line.ts';
import { readTopicConfig, type TopicState } from './topic-state.ts';

/** A topic, and what of it is backed up. */
export interface TopicRange {
  readonly topic: string;
  /** Without TOPIC_PREFIX. */
  readonly name: string;
  readonly isDecisionLog: boolean;
  readonly state: TopicState;
}

export interface TopicReader {
  readonly kafka: Kafka;
  readonly admin: Admin;
  readonly groupId: string;
  /** Gets how far it is, for people. */
  readonly progress: (what: string) => void;
}

/** How long Kafka may deliver nothing: it begins with a group that has just been made. */
export const KAFKA_PATIENCE_MS = 60_000;

/** Writes the records of a topic to a file. @throws TopicNotReadError, the file's and Kafka's errors */
export async function backUpTopic(
  { kafka, admin, groupId, progress }: TopicReader,
  { topic, name, isDecisionLog, state }: TopicRange,
  file: string,
  path: string,
): Promise<TopicEntry> {
  const lines = new LineFile(path);
  let records = 0;
  let first: Place | undefined;
  let last: Place | undefined;
  const reading = {
    topic,
    groupId: `${groupId}.${name}`,
    start: state.startOffset,
    end: state.endOffset,
    readUncommitted: !isDecisionLog,
    patienceMs: KAFKA_PATIENCE_MS,
    now: () => performance.now(),
  };
  try {
    await readTopic(kafka, reading, (record) => {
      last = { offset: record.offset, at: record.timestampMs };
      first ??= last;
      records += 1;
      progress(`${count(records)} records of ${topic} written`);
      return lines.add(JSON.stringify(lineOf(record)));
    });
    return {
      topic: name,
      file,
      ...(await lines.finish()),
      records,
      start_offset: state.startOffset,
      end_offset: state.endOffset,
      first_offset: first?.offset ?? null,
      last_offset: last?.offset ?? null,
      first_appended_at: first ? formatInstant(first.at) : null,
      last_appended_at: last ? formatInstant(last.at) : null,
      replication_factor: state.replicationFactor,
      config: await readTopicConfig(admin, topic),
    };
  } finally {
    lines.abandon();
  }
}

interface Place {
  readonly offset: number;
  /** Epoch milliseconds. */
  readonly at: number;
}
