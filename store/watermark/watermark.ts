import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';

/** A record of progress older than this counts as lag: its consumer may be gone (domain.md, Landed until). */
const STALE_MS = 10_000;

const ProgressRow = Type.Object({
  level: Type.Boolean(),
  landed_until: Type.Number(),
  observed_at: Type.Number(),
});

/** Up to which instant everything that Kafka appended to a topic is queryable; 0 when no consumer ever reported. */
export interface LandedUntil {
  /**
   * What figures say of themselves: now where all partitions are level, else the append time of the oldest record not
   * landed (domain.md, Landed until). What was appended since the last look, some seconds ago, may be missing.
   */
  readonly told: number;
  /**
   * As it was seen: nothing appended before it is missing, by clocks that agree. It goes back only where a consumer
   * died before it committed, or a fresh group begins: then it says less than is there, never more. What is decided
   * once (a seal, a close, that a statement is final) goes by it.
   */
  readonly seen: number;
}

/** @param now epoch milliseconds */
export async function readLandedUntil(
  client: ClickHouseClient,
  topic: string,
  now: number,
): Promise<LandedUntil> {
  const partitions = await select(
    client,
    ProgressRow,
    `SELECT toBool(next_offset >= end_offset) AS level, toUnixTimestamp64Milli(landed_until) AS landed_until,
       toUnixTimestamp64Milli(observed_at) AS observed_at
     FROM landing_progress FINAL WHERE topic = {topic:String}`,
    { topic },
  );
  if (partitions.length === 0) return { told: 0, seen: 0 };
  return {
    told: Math.min(
      now,
      ...partitions.map(({ level, landed_until, observed_at }) =>
        level && now - observed_at <= STALE_MS ? now : landed_until,
      ),
    ),
    seen: Math.min(now, ...partitions.map(({ landed_until }) => landed_until)),
  };
}
