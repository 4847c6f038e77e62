import { Type, type Static } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { displayedWatermark } from '../progress/watermark.ts';
import type { SealedHours } from './rollup-plan.ts';

/** What an answer about current usage goes by. */
export interface Basis {
  readonly sealed: SealedHours;
  /** The displayed watermark of the calls, epoch milliseconds (progress/watermark.ts). */
  readonly watermark: number;
  /** Whether the settings log has changes from the requested offset on. */
  readonly hasNewSettings: boolean;
}

const BasisRow = Type.Object({
  part: Type.Enum(['landing', 'sealed', 'invalidated', 'settings']),
  instant: Type.Integer(),
  observed_at: Type.Integer(),
  caught_up: Type.Boolean(),
});

/**
 * Reads it for one answer: after the request has arrived, so that the answer has all that landed before, and before the
 * rollup (sealed-hours.ts). One statement takes 60 % of the CPU time of one for each of the four tables.
 *
 * A state of the settings with all changes below `settingsFrom` is the newest where none is found from there on: the
 * state need not be read again.
 * @param given.topic of the calls
 * @param given.now epoch milliseconds
 */
export async function readBasis(
  client: ClickHouseClient,
  given: {
    readonly orgId: string;
    readonly topic: string;
    readonly settingsFrom: number;
    readonly now: number;
  },
): Promise<Basis> {
  const { orgId, topic, settingsFrom, now } = given;
  const rows = await select(
    client,
    BasisRow,
    `SELECT 'landing' AS part, toUnixTimestamp64Milli(landed_until) AS instant,
       toUnixTimestamp64Milli(observed_at) AS observed_at, toBool(next_offset >= end_offset) AS caught_up
     FROM landing_progress FINAL WHERE topic = {topic:String}
     UNION ALL SELECT 'sealed', toUnixTimestamp64Milli(until), 0, false FROM aggregator_progress WHERE name = 'sealed'
     UNION ALL SELECT DISTINCT 'invalidated', toInt64(toUnixTimestamp(hour)) * 1000, 0, false FROM dirty_marks FINAL
       WHERE org_id = {org:String} AND cleared = 0
     UNION ALL SELECT 'settings', 0, 0, false FROM settings_log WHERE kafka_offset >= {settings_from:UInt64} LIMIT 1`,
    { org: orgId, topic, settings_from: settingsFrom },
  );
  const instantsOf = (wanted: Static<typeof BasisRow>['part']): number[] =>
    rows.filter(({ part }) => part === wanted).map(({ instant }) => instant);
  const partitions = rows
    .filter(({ part }) => part === 'landing')
    .map(({ instant, observed_at, caught_up }) => ({ landed_until: instant, observed_at, caught_up }));
  return {
    sealed: { until: Math.max(0, ...instantsOf('sealed')), invalidatedHours: instantsOf('invalidated') },
    watermark: displayedWatermark(partitions, now),
    hasNewSettings: instantsOf('settings').length > 0,
  };
}
