import { Type, type Static } from 'typebox';
import type { Confirmed } from '../../domain/closing/when-to-close.ts';
import type { Topics } from '../../schemas/topics.ts';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';

/** Progress reported longer ago than this counts as lag: its consumer may be gone (domain.md, Windows). */
const STALE_MS = 10_000;

const ProgressRow = Type.Object({
  topic: Type.String(),
  caught_up: Type.Boolean(),
  landed_until: Type.Number(),
  observed_at: Type.Number(),
});

/**
 * The watermark of a topic: every record that Kafka appended before it has landed and can be queried. Epoch
 * milliseconds; 0 until a consumer reports progress.
 */
export interface Watermark {
  /**
   * For figures on display: now where all partitions are caught up, else the append time of the oldest record that has
   * not landed (domain.md, Windows). Records appended since the last report, a few seconds ago, may be missing.
   */
  readonly displayed: number;
  /**
   * For decisions that are made once (seal, close, final statement): the lowest watermark that the consumers reported.
   * Nothing appended before it is missing, given synchronised clocks. It goes back only where a consumer crashed before
   * its commit or a new consumer group starts: then it is too early, never too late.
   */
  readonly confirmed: number;
}

/** The watermark of one topic. @param now epoch milliseconds */
export async function readWatermark(
  client: ClickHouseClient,
  topic: string,
  now: number,
): Promise<Watermark> {
  const watermarkOf = await readWatermarks(client, [topic], now);
  return watermarkOf(topic);
}

/** Reads several topics by one statement. @returns the watermark of each of them */
export async function readWatermarks(
  client: ClickHouseClient,
  topics: readonly string[],
  now: number,
): Promise<(topic: string) => Watermark> {
  const rows = await select(
    client,
    ProgressRow,
    `SELECT topic, toBool(next_offset >= end_offset) AS caught_up,
       toUnixTimestamp64Milli(landing_progress.landed_until) AS landed_until,
       toUnixTimestamp64Milli(landing_progress.observed_at) AS observed_at
     FROM landing_progress FINAL WHERE topic IN {topics:Array(String)}`,
    { topics },
  );
  return (wanted) =>
    lowestOf(
      rows.filter(({ topic }) => topic === wanted),
      now,
    );
}

/** The confirmed watermarks of calls and settings, read now: sealing and closing go by both. */
export async function readConfirmed(
  client: ClickHouseClient,
  topics: Pick<Topics, 'calls' | 'settings'>,
  now: number,
): Promise<Confirmed> {
  return confirmedOf(await readWatermarks(client, [topics.calls, topics.settings], now), topics);
}

/** The same of watermarks that have been read together with others. */
export function confirmedOf(
  watermarkOf: (topic: string) => Watermark,
  { calls, settings }: Pick<Topics, 'calls' | 'settings'>,
): Confirmed {
  return { calls: watermarkOf(calls).confirmed, settings: watermarkOf(settings).confirmed };
}

type Partition = Omit<Static<typeof ProgressRow>, 'topic'>;

function lowestOf(partitions: readonly Partition[], now: number): Watermark {
  return {
    displayed: displayedWatermark(partitions, now),
    confirmed: confirmedWatermark(partitions, now),
  };
}

/** A partition whose progress has been read together with other things. */
export interface LandedPartition extends Partition {
  readonly partition: number;
  /** Every record before this offset has landed. */
  readonly next_offset: number;
}

/**
 * The displayed watermark of events that were read while the progress was: it claims nothing that they may lack.
 *
 * What had landed by the earlier report was there when the events were read, and where no offset has landed since then,
 * the later report claims nothing else. Another partition's claim is the lower one of both reports.
 * @param before its read ended before the read of the events began
 * @param after its read began after the request had arrived
 */
export function watermarkOfRead(
  before: readonly LandedPartition[],
  after: readonly LandedPartition[],
  now: number,
): number {
  return displayedWatermark(
    after.flatMap((row) => {
      const earlier = before.find(({ partition }) => partition === row.partition);
      return row.next_offset <= (earlier?.next_offset ?? 0) ? [row] : [row, earlier ?? UNREPORTED];
    }),
    now,
  );
}

const UNREPORTED: Partition = { caught_up: false, landed_until: 0, observed_at: 0 };

/** The displayed watermark of partitions that have been read together with other things. */
export function displayedWatermark(partitions: readonly Partition[], now: number): number {
  return lowest(partitions, now, ({ caught_up, landed_until, observed_at }) =>
    caught_up && now - observed_at <= STALE_MS ? now : landed_until,
  );
}

/** The confirmed watermark of partitions. @param now no watermark is later, epoch milliseconds */
export const confirmedWatermark = (
  partitions: readonly Pick<Partition, 'landed_until'>[],
  now: number,
): number => lowest(partitions, now, ({ landed_until }) => landed_until);

const lowest = <Reported>(
  partitions: readonly Reported[],
  now: number,
  watermarkOf: (partition: Reported) => number,
): number => (partitions.length === 0 ? 0 : Math.min(now, ...partitions.map(watermarkOf)));
