import { Type, type Static } from 'typebox';
import type { Confirmed } from '../../domain/closing/when-to-close.ts';
import type { Topics } from '../../schemas/topics.ts';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';

/** A record of progress older than this counts as lag: its consumer may be gone (domain.md, Landed until). */
const STALE_MS = 10_000;

const ProgressRow = Type.Object({
  topic: Type.String(),
  caught_up: Type.Boolean(),
  landed_until: Type.Number(),
  observed_at: Type.Number(),
});

/** Up to which instant everything that Kafka appended to a topic can be queried; 0 when no consumer ever reported. */
export interface Watermark {
  /**
   * What figures show: now where all partitions are caught up, else the append time of the oldest record that has not
   * landed (domain.md, Landed until). What was appended since the last report, some seconds ago, may be missing.
   */
  readonly displayed: number;
  /**
   * As a consumer reported it: nothing appended before it is missing, by clocks that agree. It goes back only where a
   * consumer died before it committed, or a fresh group begins: then it is too early, never too late. What is decided
   * once (a seal, a close, that a statement is final) goes by it.
   */
  readonly confirmed: number;
}

/** @param now epoch milliseconds */
export async function readWatermark(
  client: ClickHouseClient,
  topic: string,
  now: number,
): Promise<Watermark> {
  const [watermark] = await readWatermarks(client, [topic], now);
  return watermark ?? NONE;
}

/** The watermarks of some topics, in their order, by one statement. */
export async function readWatermarks(
  client: ClickHouseClient,
  topics: readonly string[],
  now: number,
): Promise<Watermark[]> {
  const rows = await select(
    client,
    ProgressRow,
    `SELECT topic, toBool(next_offset >= end_offset) AS caught_up,
       toUnixTimestamp64Milli(landing_progress.landed_until) AS landed_until,
       toUnixTimestamp64Milli(landing_progress.observed_at) AS observed_at
     FROM landing_progress FINAL WHERE topic IN {topics:Array(String)}`,
    { topics },
  );
  return topics.map((wanted) =>
    watermarkOf(
      rows.filter(({ topic }) => topic === wanted),
      now,
    ),
  );
}

/** The confirmed watermarks of calls and settings: what is decided once goes by both. */
export async function readConfirmed(
  client: ClickHouseClient,
  topics: Pick<Topics, 'calls' | 'settings'>,
  now: number,
): Promise<Confirmed> {
  const [calls = NONE, settings = NONE] = await readWatermarks(client, [topics.calls, topics.settings], now);
  return { calls: calls.confirmed, settings: settings.confirmed };
}

const NONE: Watermark = { displayed: 0, confirmed: 0 };

function watermarkOf(partitions: readonly Static<typeof ProgressRow>[], now: number): Watermark {
  if (partitions.length === 0) return NONE;
  return {
    displayed: Math.min(
      now,
      ...partitions.map(({ caught_up, landed_until, observed_at }) =>
        caught_up && now - observed_at <= STALE_MS ? now : landed_until,
      ),
    ),
    confirmed: Math.min(now, ...partitions.map(({ landed_until }) => landed_until)),
  };
}
