import { DAY_MS } from './time-units.ts';
/** Kafka topics: names are a contract (interfaces.md), settings are what the pipeline's reasoning needs. */

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
  readonly replicationFactor?: number;
  readonly configEntries: TopicSetting[];
}

interface TopicSetting {
  readonly name: string;
  readonly value: string;
}

/** How many brokers hold each record, and how many of them must have it before it is acknowledged. */
export interface Replication {
  readonly replicationFactor: number;
  readonly minInsyncReplicas: number;
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

/** The append time decides future-dated and too late, so it must be the broker's and stay the same on a redelivery. */
const LOG_APPEND_TIME = { name: 'message.timestamp.type', value: 'LogAppendTime' };
/** kafkajs reads nothing but gzip: the broker unpacks what other publishers compressed by snappy, lz4 or zstd. */
const UNCOMPRESSED = { name: 'compression.type', value: 'uncompressed' };
const KEEP_FOR_EVER = { name: 'retention.ms', value: '-1' };

/**
 * Definitions for creating the topics.
 * @param partitions of the call topics; more of them spread landing over more consumers.
 * @param replication the same for every topic: each of them is the only copy of something. The brokers' own default
 *   where it is not given.
 */
export function topicDefinitions(
  names: Topics,
  partitions: number,
  replication?: Replication,
): TopicDefinition[] {
  const inSync = replication && {
    name: 'min.insync.replicas',
    value: String(replication.minInsyncReplicas),
  };
  const define = (topic: string, numPartitions: number, cleanup: TopicSetting): TopicDefinition => ({
    topic,
    numPartitions,
    ...(replication && { replicationFactor: replication.replicationFactor }),
    configEntries: [LOG_APPEND_TIME, UNCOMPRESSED, cleanup, ...(inSync ? [inSync] : [])],
  });
  return [
    define(names.calls, partitions, { name: 'retention.ms', value: String(14 * DAY_MS) }),
    define(names.dead, 1, KEEP_FOR_EVER),
    define(names.writerSchemas, 1, { name: 'cleanup.policy', value: 'compact' }),
    // One partition: its order decides which record is a revision, and is the billing feed's cursor.
    define(names.dailyCharges, 1, KEEP_FOR_EVER),
    // One partition: its order decides between concurrent changes, its append times when they take effect.
    define(names.settings, 1, KEEP_FOR_EVER),
  ];
}
