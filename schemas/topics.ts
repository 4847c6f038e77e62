import { DAY_MS, MINUTE_MS } from './time-units.ts';

/** Kafka topics: the names are a contract (interfaces.md), and the pipeline relies on the settings. */

export interface Topics {
  readonly calls: string;
  readonly dead: string;
  readonly writerSchemas: string;
  readonly dailyCharges: string;
  readonly settings: string;
  readonly alerts: string;
  readonly leases: string;
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
    alerts: `${prefix}alerts`,
    leases: `${prefix}gate-leases`,
  };
}

/** The topics that the consumers read or write: all but the log of leases, which is the gates'. */
export const pipelineTopics = ({ leases, ...others }: Topics): string[] =>
  Object.values(others).filter((topic) => topic !== leases);

/** The append time decides what is future-dated or too late, so it must be the broker's: the same on every redelivery. */
const LOG_APPEND_TIME = { name: 'message.timestamp.type', value: 'LogAppendTime' };
/** The consumer reads every codec; unpacked by the broker, it need not unpack what publishers compress. */
const UNCOMPRESSED = { name: 'compression.type', value: 'uncompressed' };
/** How long Kafka keeps calls: so long they may be delivered again. */
export const CALLS_RETENTION_MS: number = 14 * DAY_MS;
/** Of the topic of leases. An organisation's is a function of its name and this number, so it can never change. */
export const LEASE_PARTITIONS = 12;
/** Closed segments are compacted: a gate that takes over a partition reads it from the beginning. */
const SHORT_SEGMENTS = [
  { name: 'segment.ms', value: String(10 * MINUTE_MS) },
  { name: 'segment.bytes', value: String(16 * 1024 * 1024) },
];
const KEEP_FOREVER = { name: 'retention.ms', value: '-1' };

/**
 * The default of DEAD_LETTER_RETENTION_DAYS: how long Kafka keeps dead letters, and ClickHouse their bytes. D: a quarter,
 * for a publisher's mistake to be noticed and corrected.
 */
export const DEAD_LETTER_DAYS = 90;

/**
 * Definitions for creating the topics.
 * @param partitions of the call topic; more of them spread landing over more consumers.
 * @param replication the same for every topic: each of them is the only copy of something. The default is
 *   the brokers' own.
 * @param deadLetterDays how long dead letters are kept, as long as ClickHouse keeps their bytes
 */
export function topicDefinitions(
  names: Topics,
  partitions: number,
  replication?: Replication,
  deadLetterDays = DEAD_LETTER_DAYS,
): TopicDefinition[] {
  const inSync = replication && {
    name: 'min.insync.replicas',
    value: String(replication.minInsyncReplicas),
  };
  const define = (
    topic: string,
    numPartitions: number,
    ...cleanup: readonly TopicSetting[]
  ): TopicDefinition => ({
    topic,
    numPartitions,
    ...(replication && { replicationFactor: replication.replicationFactor }),
    configEntries: [LOG_APPEND_TIME, UNCOMPRESSED, ...cleanup, ...(inSync ? [inSync] : [])],
  });
  return [
    define(names.calls, partitions, { name: 'retention.ms', value: String(CALLS_RETENTION_MS) }),
    define(names.dead, 1, { name: 'retention.ms', value: String(deadLetterDays * DAY_MS) }),
    define(names.writerSchemas, 1, { name: 'cleanup.policy', value: 'compact' }),
    // One partition: its order decides which record is a revision, and the billing feed's cursor is its offset.
    define(names.dailyCharges, 1, KEEP_FOREVER),
    // One partition: its order decides between concurrent changes, its append times decide when they take effect.
    define(names.settings, 1, KEEP_FOREVER),
    // One partition: of two decisions under one id the first one is the alert. An alert may name a user, so the topic
    // keeps it no longer than calls, within the time for which an erasure is known; the table keeps it for longer.
    define(names.alerts, 1, { name: 'retention.ms', value: String(CALLS_RETENTION_MS) }),
    define(names.leases, LEASE_PARTITIONS, { name: 'cleanup.policy', value: 'compact' }, ...SHORT_SEGMENTS),
  ];
}
