import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { Count } from '../parameters/counts.ts';
import { difference, type Difference } from './difference.ts';

const PartitionRow = Type.Object({ partition: Count, end: Count });
const RangesRow = Type.Object({
  partition: Count,
  next: Count,
  covered: Count,
  delivered: Count,
  rows: Count,
  quarantined: Count,
  unpublished: Count,
});
const UnpublishedRow = Type.Object({ offsets: Count });
const ReasonRow = Type.Object({ reason: Type.String(), records: Count });
const RangeRow = Type.Object({ partition: Count, first: Count, last: Count, expected: Count, found: Count });

/** The outcome of a topic's records. Counts are of offsets, each once; `deliveries` counts repeats too. */
export interface LogFacts {
  readonly published: number;
  readonly landed: number;
  readonly deliveries: number;
  /** Of the landed ones, those without a published record: markers of transactions, and records of aborted ones. */
  readonly unpublished: number;
  readonly quarantined: readonly { readonly reason: string; readonly records: number }[];
  readonly differences: readonly Difference[];
}

/**
 * Compares a topic's end offsets, as consumers last reported them, with its landed ranges: the union of the intervals
 * has landed, their sum was delivered.
 */
export async function readLogFacts(client: ClickHouseClient, topic: string): Promise<LogFacts> {
  const [ends, ranges, quarantined, differing, [unpublished]] = await Promise.all([
    select(
      client,
      PartitionRow,
      `SELECT partition, end_offset AS end FROM landing_progress FINAL WHERE topic = {topic:String}`,
      { topic },
    ),
    // The part of each range beyond all earlier ones; the sum of these parts is the union.
    select(
      client,
      RangesRow,
      `SELECT partition, max(last_offset) + 1 AS next,
         sum(last_offset + 1 - least(last_offset + 1, greatest(first_offset, reached))) AS covered,
         sum(last_offset + 1 - first_offset) AS delivered, sum(rows) AS rows, sum(landed_ranges.quarantined) AS quarantined,
         sum(arraySum(range -> range.2 + 1 - range.1, landed_ranges.unpublished)) AS unpublished
       FROM (SELECT *, max(last_offset + 1) OVER (PARTITION BY partition ORDER BY first_offset, last_offset
               ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached
             FROM landed_ranges WHERE topic = {topic:String}) AS landed_ranges
       GROUP BY partition ORDER BY partition`,
      { topic },
    ),
    select(
      client,
      ReasonRow,
      `SELECT reason, count() AS records FROM quarantined FINAL WHERE topic = {topic:String}
       GROUP BY reason ORDER BY reason`,
      { topic },
    ),
    differingQuarantine(client, topic),
    // As above: the union.
    select(
      client,
      UnpublishedRow,
      `SELECT sum(last + 1 - least(last + 1, greatest(first, reached))) AS offsets
       FROM (SELECT range.1 AS first, range.2 AS last, max(last + 1) OVER (PARTITION BY partition ORDER BY first, last
               ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached
             FROM landed_ranges ARRAY JOIN unpublished AS range WHERE topic = {topic:String})`,
      { topic },
    ),
  ]);
  const sum = (of: (row: (typeof ranges)[number]) => number): number =>
    ranges.reduce((all, row) => all + of(row), 0);
  const differences: Difference[] = [];
  for (const { partition, next, covered, delivered, rows, quarantined: deadLetters, ...range } of ranges) {
    const where = `${topic} partition ${partition}, offsets 0 to ${next - 1}`;
    if (covered !== next) differences.push(difference('offsets-not-landed', where, next, covered));
    const published = delivered - range.unpublished;
    if (rows + deadLetters !== published) {
      differences.push(difference('records-without-outcome', where, published, rows + deadLetters));
    }
  }
  // A range may be newer than the last report of the end offsets: then the log is at least that long.
  const lengths = new Map(ends.map(({ partition, end }) => [partition, end]));
  for (const { partition, next } of ranges) {
    lengths.set(partition, Math.max(next, lengths.get(partition) ?? 0));
  }
  return {
    published: [...lengths.values()].reduce((all, length) => all + length, 0),
    landed: sum(({ covered }) => covered),
    deliveries: sum(({ delivered }) => delivered),
    unpublished: unpublished?.offsets ?? 0,
    quarantined,
    differences: [...differences, ...differing],
  };
}

/** Ranges whose number of quarantined records differs from the table: validation is the same for every delivery. */
async function differingQuarantine(client: ClickHouseClient, topic: string): Promise<Difference[]> {
  const rows = await select(
    client,
    RangeRow,
    `SELECT landed.partition AS partition, landed.first_offset AS first, landed.last_offset AS last,
       any(landed.quarantined) AS expected, countIf(dead_letter.offset BETWEEN landed.first_offset AND landed.last_offset) AS found
     FROM (SELECT DISTINCT partition, first_offset, last_offset, quarantined FROM landed_ranges
           WHERE topic = {topic:String} AND quarantined > 0) AS landed
     LEFT JOIN (SELECT partition, offset FROM quarantined FINAL WHERE topic = {topic:String}) AS dead_letter
       ON dead_letter.partition = landed.partition
     GROUP BY partition, first, last HAVING expected != found ORDER BY partition, first LIMIT 100
     SETTINGS join_use_nulls = 1`,
    { topic },
  );
  return rows.map(({ partition, first, last, expected, found }) =>
    difference(
      'quarantine-differs',
      `${topic} partition ${partition}, offsets ${first} to ${last}`,
      expected,
      found,
    ),
  );
}
