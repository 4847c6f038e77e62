import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { formatPlace, type Place } from '../../schemas/dead-letter.ts';
import { readBytes } from './bytes.ts';
import { DEAD_LETTERS, DeadLetterRow, type DeadLetter } from './dead-letter.ts';
import { conditionsOf, type DeadLetterFilters } from './filters.ts';

/** A position in the list: that of its last dead letter. */
export interface Position extends Place {
  /** When Kafka appended it, epoch milliseconds. */
  readonly appended: number;
}

export interface ListRequest {
  readonly filters: DeadLetterFilters;
  /** Only dead letters behind this position; from the newest where undefined. */
  readonly after: Position | undefined;
  readonly limit: number;
}

/**
 * The newest dead letters by (append time, topic, partition, offset), at most `limit`. The append time is the record's,
 * so a redelivery moves none of them.
 */
export function listDeadLetters(
  client: ClickHouseClient,
  { filters, after, limit }: ListRequest,
): Promise<DeadLetterRow[]> {
  const { sql, params } = conditionsOf(filters);
  const place = '(appended, dead_letter.topic, dead_letter.partition, dead_letter.offset)';
  const behind = after
    ? `AND ${place} < ({after_appended:Int64}, {after_topic:String}, {after_partition:UInt16}, {after_offset:UInt64})`
    : '';
  return select(
    client,
    DeadLetterRow,
    `${DEAD_LETTERS} WHERE ${sql} ${behind}
     ORDER BY appended DESC, topic DESC, partition DESC, offset DESC LIMIT {limit:UInt32}`,
    {
      ...params,
      limit,
      ...(after && {
        after_appended: after.appended,
        after_topic: after.topic,
        after_partition: after.partition,
        after_offset: after.offset,
      }),
    },
  );
}

/** The dead letters at these places, without their bytes, in the order of the walk; those that exist. */
export async function readDeadLetters(
  client: ClickHouseClient,
  places: readonly Place[],
): Promise<DeadLetterRow[]> {
  const wanted = new Set(places.map(formatPlace));
  const found = await select(
    client,
    DeadLetterRow,
    `${DEAD_LETTERS} WHERE dead_letter.topic IN {topics:Array(String)}
       AND dead_letter.partition IN {partitions:Array(UInt16)} AND dead_letter.offset IN {offsets:Array(UInt64)}
     ORDER BY topic, partition, offset`,
    {
      topics: [...new Set(places.map(({ topic }) => topic))],
      partitions: [...new Set(places.map(({ partition }) => partition))],
      offsets: [...new Set(places.map(({ offset }) => offset))],
    },
  );
  return found.filter((row) => wanted.has(formatPlace(row)));
}

/** One dead letter with its bytes; undefined if there is none at this place. */
export async function readDeadLetter(
  client: ClickHouseClient,
  place: Place,
): Promise<DeadLetter | undefined> {
  const [deadLetter] = await readBytes(client, await readDeadLetters(client, [place]));
  return deadLetter;
}
