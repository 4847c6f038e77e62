import type { Cluster, ShardBy } from './cluster.ts';

/**
 * Where the rows of each table of schemas/clickhouse/ are on a cluster. `hour`: the table's expression of the hour that
 * a row belongs to.
 *
 * The rows that one statement reads or writes together have the same organisation and hour: an event and its repeats,
 * the invalidation and the traces that views write beside it, and the rollup rows counted from it. So either sharding
 * keeps them on one shard, where views, FINAL and a rollup row's version see all of them. Charges are per day and have
 * no hour: statements that combine them with usage say GLOBAL.
 */
const SHARDED: Readonly<Record<string, { readonly hour?: string }>> = {
  call_events: { hour: 'toStartOfHour(occurred_at)' },
  event_payloads: { hour: 'hour' },
  payload_conflicts: { hour: 'hour' },
  dirty_marks: { hour: 'hour' },
  seal_counts: { hour: 'toStartOfHour(bucket)' },
  // Written by a view beside call_events; its rows are added up wherever they are.
  landed_credits: {},
  usage_15m: { hour: 'toStartOfHour(bucket)' },
  usage_15m_by: { hour: 'toStartOfHour(bucket)' },
  usage_15m_by_user: { hour: 'toStartOfHour(bucket)' },
  // Of a release before: nothing reads or writes it now (schemas/clickhouse/0030).
  usage_15m_by_kind: { hour: 'toStartOfHour(bucket)' },
  usage_15m_by_route: { hour: 'toStartOfHour(bucket)' },
  daily_charges: {},
  charges_by_day: {},
};

/** Tables that are read as a whole, or in which one row decides. */
const UNSHARDED = [
  'landed_ranges',
  'landed_intervals',
  'reconciliation_progress',
  'reconciliation_differences',
  'landing_progress',
  'landed_minutes',
  'quarantined',
  'dead_letter_bytes',
  'dead_letter_replays',
  'settings_log',
  'settings_snapshots',
  'settings_snapshot_orgs',
  'aggregator_progress',
  'aggregator_lease',
  'set_aside',
  'dropped_events',
  'zone_releases',
  'erasures',
  'alert_log',
  'alert_attempts',
  'alert_progress',
];

/** Of every table that the processes use. */
export const CLUSTER_TABLES: readonly string[] = [...Object.keys(SHARDED), ...UNSHARDED];

/** The engine of a Distributed table over the local one. */
export function distributedEngine(
  table: string,
  { name, unsharded, localDatabase, shardBy }: Cluster,
): string {
  const sharded = SHARDED[table];
  if (sharded === undefined) return `Distributed('${unsharded}', '${localDatabase}', '${table}')`;
  return `Distributed('${name}', '${localDatabase}', '${table}', ${shardingKey(sharded.hour, shardBy)})`;
}

function shardingKey(hour: string | undefined, shardBy: ShardBy): string {
  if (shardBy === 'org' || hour === undefined) return 'cityHash64(org_id)';
  return `cityHash64(org_id, toUInt32(${hour}))`;
}
