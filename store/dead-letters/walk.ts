import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import type { Place } from '../../schemas/dead-letter.ts';
import { withBytes } from './bytes.ts';
import { DEAD_LETTERS, DeadLetterRow, type DeadLetter } from './dead-letter.ts';
import { conditionsOf, type DeadLetterFilters } from './filters.ts';

/** Rows without their bytes, about a megabyte: the longest chunk. */
const ROWS_PER_PAGE = 2_000;
/**
 * Dead letters, matching or not, that one query looks at. Without such a window each page would sort all that follow:
 * 0.5 s instead of 0.16 s with a million of them.
 */
const WINDOW = 20_000;

const PartitionRow = Type.Object({
  topic: Type.String(),
  partition: Type.Integer(),
  last_offset: Type.Integer(),
});

/**
 * Every matching dead letter with its bytes, by (topic, partition, offset), in chunks of one partition each: however
 * many there are, one chunk is in memory. What is quarantined meanwhile is left out: where each chunk is replayed and
 * rejected again, the walk would never end.
 * @param after only those behind this place
 */
export async function* walkDeadLetters(
  client: ClickHouseClient,
  filters: DeadLetterFilters,
  after?: Place,
): AsyncGenerator<readonly DeadLetter[]> {
  const { sql, params } = conditionsOf({ topic: filters.topic, partition: filters.partition });
  const partitions = await select(
    client,
    PartitionRow,
    `SELECT topic, partition, max(offset) AS last_offset FROM quarantined AS dead_letter WHERE ${sql}
     GROUP BY topic, partition ORDER BY topic, partition`,
    params,
  );
  for (const { topic, partition, last_offset } of partitions) {
    if (after && isBefore({ topic, partition }, after)) continue;
    const isSame = after?.topic === topic && after.partition === partition;
    let next = isSame ? after.offset + 1 : 0;
    while (next <= last_offset) {
      const end = Math.min(last_offset, await windowEnd(client, { topic, partition, offset: next }));
      const rows = await readPage(client, { ...filters, topic, partition }, next, end);
      yield* withBytes(client, rows);
      const last = rows.at(-1);
      next = last && rows.length === ROWS_PER_PAGE ? last.offset + 1 : end + 1;
    }
  }
}

function isBefore(one: Omit<Place, 'offset'>, other: Omit<Place, 'offset'>): boolean {
  return one.topic === other.topic ? one.partition < other.partition : one.topic < other.topic;
}

const EndRow = Type.Object({ end: Type.Integer() });

/** The last offset of the window that begins at a place, redelivered ones counted several times. */
async function windowEnd(client: ClickHouseClient, { topic, partition, offset }: Place): Promise<number> {
  const [row] = await select(
    client,
    EndRow,
    `SELECT max(offset) AS end FROM (
       SELECT offset FROM quarantined
       WHERE topic = {topic:String} AND partition = {partition:UInt16} AND offset >= {offset:UInt64}
       ORDER BY topic, partition, offset LIMIT {window:UInt32})`,
    { topic, partition, offset, window: WINDOW },
  );
  // The maximum of no rows is 0.
  return Math.max(offset, row?.end ?? offset);
}

function readPage(
  client: ClickHouseClient,
  filters: DeadLetterFilters,
  firstOffset: number,
  lastOffset: number,
): Promise<DeadLetterRow[]> {
  const { sql, params } = conditionsOf(filters);
  return select(
    client,
    DeadLetterRow,
    `${DEAD_LETTERS} WHERE ${sql} AND dead_letter.offset BETWEEN {first_offset:UInt64} AND {last_offset:UInt64}
     ORDER BY topic, partition, offset LIMIT {limit:UInt32}`,
    { ...params, first_offset: firstOffset, last_offset: lastOffset, limit: ROWS_PER_PAGE },
  );
}
