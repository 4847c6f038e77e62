import type { LinkFault } from './network.ts';
import type { ShardFault } from './shard-faults.ts';

/** What the stack is started with: two of each process, and one of alerts. */
export const TWO_OF_EACH = ['--consumers', '2', '--apis', '2', '--aggregators', '2', '--gates', '2'] as const;
/** The shards of ClickHouse, by the names of their processes. */
export const SHARDS = ['clickhouse-1', 'clickhouse-2'] as const;
/** The connections of all processes to each shard, and to each broker. */
export const LINKS = [
  'link to clickhouse-1',
  'link to clickhouse-2',
  'link to kafka-1',
  'link to kafka-2',
  'link to kafka-3',
] as const;
export const PIPELINE = ['consumer', 'consumer-2', 'aggregator', 'aggregator-2', 'api', 'api-2'] as const;
/** What limits and warns. */
export const GUARDS = ['gate', 'gate-2', 'alerts'] as const;
/** Processes that are started again when they end. */
export const PROCESSES = [...PIPELINE, ...SHARDS] as const;
/** API servers: `publisher` meters its calls through a spool, `gated publisher` asks a gate before each. */
export const API_SERVERS = ['publisher', 'gated publisher'] as const;
export const VICTIMS = [...PROCESSES, ...GUARDS, ...API_SERVERS, 'kafka'] as const;
export type Victim = (typeof VICTIMS)[number] | (typeof LINKS)[number] | 'topic';

/**
 * kill: kill -9; the stack restarts the process. freeze: the process is stopped for a while and then continues, as
 * after a network outage. join: another consumer joins the group and is killed later. redeliver: a consumer of a new
 * group gets everything again from the first offset and is killed later. rival: another aggregator or alerts works beside
 * the first and is killed later. widen: the call topic gets more partitions.
 */
export type ProcessFault = 'kill' | 'freeze' | 'join' | 'redeliver' | 'rival' | 'widen';

/**
 * jump: the clock of a process is wrong for a while. kill-while-failing: all consumers are killed while their inserts
 * fail. kill-while-delivering: the process of alerts is killed while it waits for the answer to a delivery. full-broker: nothing can be written to the file system of a broker any more, it halts, and is started again
 * once there is room.
 */
export type FaultKind =
  | ProcessFault
  | LinkFault
  | ShardFault
  | 'jump'
  | 'kill-while-failing'
  | 'kill-while-delivering'
  | 'full-broker';

export interface Fault {
  readonly kind: FaultKind;
  /** After the start of the run. */
  readonly atMs: number;
  /**
   * How long it lasts; 0 for the kill of a process, which the stack restarts at once, and for what ends by what is seen.
   * A broker stays away so long.
   */
  readonly forMs: number;
  readonly victim: Victim;
  /** By how much a clock is set ahead, negative where it is set back. */
  readonly aheadMs?: number;
  /** The brokers that are hit, from 0, where kafka is the victim. */
  readonly brokers?: readonly number[];
}

export const BROKERS = 3;
