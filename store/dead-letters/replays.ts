import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';

const ReasonRow = Type.Object({ reason: Type.String(), records: Type.Integer() });

/** What became of the records that one request replayed, as far as they have landed. */
export interface ReplayOutcome {
  readonly landed: number;
  readonly counted: number;
  /** Of those that were quarantined again. */
  readonly reasons: readonly { readonly reason: string; readonly records: number }[];
}

/** @param replay the id of the request */
export async function readReplay(client: ClickHouseClient, replay: string): Promise<ReplayOutcome> {
  const rows = await select(
    client,
    ReasonRow,
    `SELECT reason, count() AS records FROM dead_letter_replays FINAL WHERE replay = {replay:String}
     GROUP BY reason ORDER BY reason`,
    { replay },
  );
  const reasons = rows.filter(({ reason }) => reason !== '');
  const landed = rows.reduce((sum, { records }) => sum + records, 0);
  return { landed, counted: landed - reasons.reduce((sum, { records }) => sum + records, 0), reasons };
}

const CountsRow = Type.Object({ counted: Type.Integer(), quarantined_again: Type.Integer() });

/**
 * How many dead letters of a topic have been replayed, by what became of them. All others are open. Anyone may publish a
 * record with the header of a replay, so it counts only where there is such a dead letter; these are looked up by the
 * replays, which are few.
 */
export async function countReplayed(
  client: ClickHouseClient,
  topic: string,
): Promise<{ readonly counted: number; readonly quarantinedAgain: number }> {
  const [row] = await select(
    client,
    CountsRow,
    `SELECT countIf(is_counted) AS counted, countIf(NOT is_counted) AS quarantined_again
     FROM (SELECT countIf(reason = '') > 0 AS is_counted FROM dead_letter_replays FINAL
           WHERE of_topic = {topic:String}
             AND (of_topic, of_partition, of_offset) IN (
               SELECT topic, partition, offset FROM quarantined WHERE (topic, partition, offset) IN (
                 SELECT of_topic, of_partition, of_offset FROM dead_letter_replays WHERE of_topic = {topic:String}))
           GROUP BY of_partition, of_offset)`,
    { topic },
  );
  return { counted: row?.counted ?? 0, quarantinedAgain: row?.quarantined_again ?? 0 };
}
