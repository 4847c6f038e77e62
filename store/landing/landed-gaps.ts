import { Type, type Static } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { MERGED, RANGES, withIslands, withReached } from './landed-sql.ts';

/** D: what is found beyond these shows up once they are fixed. */
const MAX_FOUND = 100;

const GapRow = Type.Object({ partition: Type.Integer(), first: Type.Integer(), last: Type.Integer() });
/** Consecutive offsets, both inclusive. */
export type OffsetGap = Static<typeof GapRow>;

/** The offsets between 0 and the last one that has landed, which have not landed themselves. */
export function readGaps(client: ClickHouseClient, topic: string): Promise<OffsetGap[]> {
  return select(
    client,
    GapRow,
    `SELECT partition, reached AS first, toInt64(item.first) - 1 AS last FROM (${withReached(`
       SELECT '' AS kind, partition, first_offset AS first, last_offset AS last FROM landed_ranges WHERE topic = {topic:String}
       UNION ALL SELECT '' AS kind, partition, each.1 AS first, each.2 AS last FROM (${MERGED}) ARRAY JOIN intervals AS each`)}) AS item
     WHERE item.first > reached ORDER BY partition, first LIMIT ${MAX_FOUND}`,
    { topic },
  );
}

const UnaccountedRow = Type.Object({
  partition: Type.Integer(),
  first: Type.Integer(),
  last: Type.Integer(),
  /** Offsets with a published record, and those of them with an outcome. */
  published: Type.Integer(),
  outcomes: Type.Integer(),
  /** As the range says, and as the table `quarantined` has it. */
  quarantined: Type.Integer(),
  dead_letters: Type.Integer(),
});
/** A range whose outcomes do not add up. */
export type UnaccountedRange = Static<typeof UnaccountedRow>;

/** The ranges whose outcomes do not add up, unless other deliveries of all their offsets do. */
export async function readUnaccounted(client: ClickHouseClient, topic: string): Promise<UnaccountedRange[]> {
  const accounted = withIslands(`
    SELECT '' AS kind, partition, first_offset AS first, last_offset AS last FROM (${RANGES}) WHERE is_accounted
    UNION ALL SELECT '' AS kind, partition, each.1 AS first, each.2 AS last FROM (${MERGED}) ARRAY JOIN intervals AS each`);
  return select(
    client,
    UnaccountedRow,
    `SELECT DISTINCT partition, first_offset AS first, last_offset AS last,
       toInt64(last_offset + 1 - first_offset) - toInt64(arraySum(each -> each.2 + 1 - each.1, unpublished)) AS published,
       toInt64(rows + quarantined) AS outcomes, quarantined, dead_letters
     FROM (SELECT * FROM (${RANGES}) WHERE NOT is_accounted) AS range
     LEFT JOIN (SELECT partition, groupArray((first, island_last)) AS islands FROM (${accounted}) WHERE is_start GROUP BY partition) AS other
       USING (partition)
     WHERE NOT arrayExists(each -> first_offset >= each.1 AND last_offset <= each.2, islands)
     ORDER BY partition, first LIMIT ${MAX_FOUND}`,
    { topic },
  );
}

const MergedRow = Type.Object({
  partition: Type.Integer(),
  last: Type.Integer(),
  expected: Type.Integer(),
  found: Type.Integer(),
});

/** The partitions whose merged intervals have fewer dead letters now than when they were merged. */
export function readLostDeadLetters(
  client: ClickHouseClient,
  topic: string,
): Promise<Static<typeof MergedRow>[]> {
  return select(
    client,
    MergedRow,
    `SELECT partition, toInt64(any(arrayMax(each -> each.2, intervals))) AS last, any(dead_letters) AS expected,
       countIf(arrayExists(each -> dead_letter.offset >= each.1 AND dead_letter.offset <= each.2, intervals)) AS found
     FROM (SELECT * FROM (${MERGED}) WHERE dead_letters > 0) AS state
     LEFT JOIN (SELECT partition, offset FROM quarantined FINAL WHERE topic = {topic:String}) AS dead_letter USING (partition)
     GROUP BY partition HAVING found < expected ORDER BY partition
     SETTINGS join_use_nulls = 1`,
    { topic },
  );
}
