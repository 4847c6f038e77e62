/**
 * The SQL of what has landed in a topic, the parameter `topic`. It is in two tables: the ranges as consumers record
 * them, and the intervals that an aggregator merges them into before it deletes them (schemas/clickhouse/0019).
 */

/** A row for each partition with merged ranges. */
export const MERGED = `SELECT partition, intervals, unpublished, dead_letters, deliveries, rows, until
  FROM landed_intervals FINAL WHERE topic = {topic:String}`;

/** The dead letters of each partition, numbered from 1 by their offsets. */
const NUMBERED = `(SELECT partition, offset, row_number() OVER (PARTITION BY partition ORDER BY offset) AS nth
    FROM quarantined FINAL WHERE topic = {topic:String})`;

/**
 * The ranges that are not deleted yet. `dead_letters`: how many the table `quarantined` has between their offsets.
 * `is_accounted`: whether each of its offsets has an outcome: a row, a dead letter, or no published record.
 * @param condition of ranges that are read, by the name `landed`
 */
export const rangesWhere = (
  condition: string,
): string => `SELECT landed.partition AS partition, landed.first_offset AS first_offset, landed.last_offset AS last_offset,
    landed.rows AS rows, landed.quarantined AS quarantined, landed.unpublished AS unpublished, landed.landed_at AS landed_at,
    toInt64(up_to.nth) - toInt64(before.nth) AS dead_letters,
    rows + quarantined + arraySum(each -> each.2 + 1 - each.1, unpublished) = last_offset + 1 - first_offset
      AND quarantined <= dead_letters AS is_accounted
  FROM landed_ranges AS landed
  ASOF LEFT JOIN ${NUMBERED} AS up_to ON up_to.partition = landed.partition AND landed.last_offset >= up_to.offset
  ASOF LEFT JOIN ${NUMBERED} AS before ON before.partition = landed.partition AND landed.first_offset > before.offset
  WHERE landed.topic = {topic:String} AND ${condition}`;
export const RANGES = rangesWhere('true');

/**
 * Adds to rows with `kind`, `partition`, `first` and `last` how far those before them reach: what lies beyond is new,
 * and the sum of what is new is the union.
 */
export const withReached = (rows: string): string => `SELECT *, max(last + 1) OVER (
    PARTITION BY kind, partition ORDER BY first, last ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached
  FROM (${rows})`;

/** Such rows joined to what is joined: the first of each island of them, up to its `island_last`, has `is_start`. */
export const withIslands = (
  rows: string,
): string => `SELECT *, max(last) OVER (PARTITION BY kind, partition, island) AS island_last,
    row_number() OVER (PARTITION BY kind, partition, island ORDER BY first, last) = 1 AS is_start
  FROM (SELECT *, sum(first > reached) OVER (PARTITION BY kind, partition ORDER BY first, last ROWS UNBOUNDED PRECEDING) AS island
    FROM (${withReached(rows)}))`;

const FROM = 'toInt64(greatest(first, reached))';
const TO = `greatest(toInt64(last + 1), ${FROM})`;
const COMMON = `greatest(0, least(${TO}, toInt64(each.2 + 1)) - greatest(${FROM}, toInt64(each.1)))`;
/** How many offsets of such a row are new and in none of the merged intervals, `state.intervals`. */
export const NEW_OFFSETS = `(${TO} - ${FROM} - arraySum(each -> ${COMMON}, state.intervals))`;
