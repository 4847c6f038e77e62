import { createHash } from 'node:crypto';
import { Type, type Static } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { confirmedWatermark, displayedWatermark, type LandedPartition } from '../progress/watermark.ts';
import type { Invalidations } from './known-hours.ts';
import { sealedHours, type SealedHours } from './rollup-plan.ts';

/** What an answer about current usage goes by. */
export interface Basis {
  readonly sealed: SealedHours;
  /**
   * Of the hours that must be counted again, where a count that begins now has the events of all of their invalidations.
   * On one server an event is there before its invalidation. With replicas, where their inserts have ended.
   */
  readonly invalidations: Invalidations;
  /**
   * Of two bases of an organisation that were read within a day, equal ones say that no hour or quarter hour of it was
   * sealed, invalidated or sealed again in between. Every invalidation has an id of its own, and is kept for a day.
   */
  readonly stamp: string;
  /** How far each partition of the calls has landed. */
  readonly landed: readonly LandedPartition[];
  /** Their displayed watermark at `now`, epoch milliseconds (progress/watermark.ts). */
  readonly watermark: number;
  readonly now: number;
  /** Whether the settings log has changes from the requested offset on. */
  readonly hasNewSettings: boolean;
}

/** At most, those of ClickHouse, Kafka and the consumers (RELIABILITY.md). */
const CLOCKS_DIFFER_MS = 60_000;

const BasisRow = Type.Object({
  part: Type.Enum(['landing', 'sealed', 'invalidated', 'settings']),
  instant: Type.Integer(),
  /**
   * Of landing: when it was observed. Of sealing: how far the narrow breakdowns are complete. Of an invalidated hour: its
   * first quarter with late events.
   */
  instant_too: Type.Integer(),
  /** Whether a partition is caught up, or an hour is still invalidated. */
  holds: Type.Boolean(),
  /** A hash of the ids of an hour's invalidations. */
  ids: Type.String(),
  /** Whose hour it is. */
  org: Type.String(),
  partition: Type.Integer(),
  /**
   * Of landing: the offset before which every record has landed. Of sealing: how far the totals are complete. Of an
   * invalidated hour: its last invalidation.
   */
  position: Type.Integer(),
});

export interface BasesRequest {
  readonly orgIds: readonly string[];
  /** Of the calls. */
  readonly topic: string;
  readonly settingsFrom: number;
  /** Whether ClickHouse's tables have replicas. */
  readonly isReplicated: boolean;
}

/**
 * Reads what answers about these organisations go by: after their requests have arrived, so that the answers have all
 * that landed before, and before the rollup (sealed-hours.ts). One statement takes 60 % of the CPU time of one for each
 * of the four tables, and less by a seventh with one thread: it reads a few rows.
 *
 * A state of the settings with all changes below `settingsFrom` is the newest where none is found from there on: the
 * state need not be read again.
 * @returns the basis of one of them, for an answer at `now`, epoch milliseconds
 */
export async function readBases(
  client: ClickHouseClient,
  { orgIds, topic, settingsFrom, isReplicated }: BasesRequest,
): Promise<(orgId: string, now: number) => Basis> {
  const rows = await select(
    client,
    BasisRow,
    `SELECT 'landing' AS part, toUnixTimestamp64Milli(landed_until) AS instant,
       toUnixTimestamp64Milli(observed_at) AS instant_too, toBool(landing_progress.next_offset >= end_offset) AS holds,
       '' AS ids, '' AS org, landing_progress.partition AS partition, toInt64(landing_progress.next_offset) AS position
     FROM landing_progress FINAL WHERE topic = {topic:String}
     UNION ALL SELECT 'sealed', toUnixTimestamp64Milli(until), toUnixTimestamp64Milli(narrow_until), false, '', '', 0,
         toUnixTimestamp64Milli(totals_until)
       FROM aggregator_progress FINAL WHERE name = 'sealed'
     UNION ALL SELECT 'invalidated', toInt64(toUnixTimestamp(hour)) * 1000,
         toInt64(toUnixTimestamp(minIf(earliest, cleared = 0))) * 1000, toBool(min(cleared) = 0),
         toString(groupBitXor(sipHash64(id))), org_id, 0, toUnixTimestamp64Milli(max(marked_at))
       FROM dirty_marks FINAL WHERE org_id IN {orgs:Array(String)} GROUP BY org_id, hour
     UNION ALL SELECT 'settings', 0, 0, false, '', '', 0, 0
       FROM settings_log WHERE kafka_offset >= {settings_from:UInt64} LIMIT 1
     SETTINGS max_threads = 1`,
    { orgs: orgIds, topic, settings_from: settingsFrom },
  );
  const rowsOf = (wanted: Static<typeof BasisRow>['part']) => rows.filter(({ part }) => part === wanted);
  const [sealed] = rowsOf('sealed');
  const progress = {
    until: sealed?.instant ?? 0,
    breakdownsUntil: sealed?.instant_too ?? 0,
    totalsUntil: sealed?.position ?? 0,
  };
  const hoursByOrg = Map.groupBy(rowsOf('invalidated'), ({ org }) => org);
  const landed = rowsOf('landing').map(({ partition, position, instant, instant_too, holds }) => ({
    partition,
    next_offset: position,
    landed_until: instant,
    observed_at: instant_too,
    caught_up: holds,
  }));
  const hasNewSettings = rowsOf('settings').length > 0;
  // It is by ClickHouse's clock, as invalidations are: this process's clock does not count.
  const endedBefore = isReplicated ? confirmedWatermark(landed, Infinity) - CLOCKS_DIFFER_MS : Infinity;
  return (orgId, now) => {
    const hours = (hoursByOrg.get(orgId) ?? []).toSorted((one, other) => one.instant - other.instant);
    const invalidated = hours.filter(({ holds }) => holds);
    const invalidatedHours = invalidated.map(({ instant, instant_too }) => ({
      hour: instant,
      earliest: instant_too,
    }));
    const { until, totalsUntil } = progress;
    return {
      sealed: sealedHours(progress, invalidatedHours),
      invalidations: new Map(
        invalidated
          .filter(({ position }) => position < endedBefore)
          .map(({ instant, ids }) => [instant, ids]),
      ),
      stamp: hashOf([until, totalsUntil, ...hours.map(({ instant, holds, ids }) => [instant, holds, ids])]),
      landed,
      watermark: displayedWatermark(landed, now),
      now,
      hasNewSettings,
    };
  };
}

const hashOf = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('base64');
