import { DAY_MS } from './time-units.ts';

/** Kafka topics: the names are a contract (interfaces.md), and the pipeline relies on the settings. */

export interface Topics {
  readonly calls: string;
  readonly dead: string;
  readonly writerSchemas: string;
  readonly dailyCharges: string;
  readonly settings: string;
}

export interface TopicDefinition {
  readonly topic: string;
  readonly numPartitions: number;
  readonly configEntries: { readonly name: string; readonly value: string }[];
}

/** @param prefix lets several stacks share one Kafka cluster; empty in production. */
export function topicNames(prefix = ''): Topics {
  return {
    calls: `${prefix}api-calls`,
    dead: `${prefix}api-calls.dead`,
    writerSchemas: `${prefix}api-calls.schemas`,
    dailyCharges: `${prefix}daily-charges`,
    settings: `${prefix}settings`,
  };
}

/** The append time decides what is future-dated or too late, so it must be the broker's: the same on every redelivery. */
const LOG_APPEND_TIME = { name: 'message.timestamp.type', value: 'LogAppendTime' };
/** kafkajs reads only gzip, so the broker decompresses what other publishers compressed with snappy, lz4 or zstd. */
const UNCOMPRESSED = { name: 'compression.type', value: 'uncompressed' };
const KEEP_FOREVER = { name: 'retention.ms', value: '-1' };

/**
 * Definitions for creating the topics.
 * @param partitions of the call topic; more of them spread landing over more consumers
 */
export function topicDefinitions(names: Topics, partitions: number): TopicDefinition[] {
  return [
    {
      topic: names.calls,
      numPartitions: partitions,
      configEntries: [LOG_APPEND_TIME, UNCOMPRESSED, { name: 'retention.ms', value: String(14 * DAY_MS) }],
    },
    { topic: names.dead, numPartitions: 1, configEntries: [LOG_APPEND_TIME, UNCOMPRESSED, KEEP_FOREVER] },
    {
      topic: names.writerSchemas,
      numPartitions: 1,
      configEntries: [LOG_APPEND_TIME, UNCOMPRESSED, { name: 'cleanup.policy', value: 'compact' }],
    },
    // One partition: its order decides which record is a revision, and the billing feed's cursor is its offset.
    {
      topic: names.dailyCharges,
      numPartitions: 1,
      configEntries: [LOG_APPEND_TIME, UNCOMPRESSED, KEEP_FOREVER],
    },
    // One partition: its order decides between concurrent changes, and its append times decide when they take effect.
    {
      topic: names.settings,
      numPartitions: 1,
      configEntries: [LOG_APPEND_TIME, UNCOMPRESSED, KEEP_FOREVER],
    },
  ];
}
