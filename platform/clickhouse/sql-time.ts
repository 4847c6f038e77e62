/**
 * Times in SQL, each as a parameter of its column's own type. For pruning, ClickHouse 26.7 reads `occurred_at < T` with
 * a DateTime for T as `occurred_at <= T - 1 s`: whole granules of the last second are never read, which loses the most
 * where there are the most calls. So a DateTime64 is only ever compared with `instant`, and a DateTime with `second`.
 * A test keeps every other conversion out of the SQL.
 */

/** For columns of DateTime64(3), such as occurred_at and closed_at. The parameter is in epoch milliseconds. */
export const instant = (parameter: string): string => `fromUnixTimestamp64Milli({${parameter}:Int64}, 'UTC')`;

/** The same of an expression, such as an element of an Array(Int64). */
export const instantFrom = (milliseconds: string): string =>
  `fromUnixTimestamp64Milli(${milliseconds}, 'UTC')`;

/** For columns of DateTime, such as bucket and hour, and for toStartOfHour(occurred_at). In whole epoch seconds. */
export const second = (parameter: string): string => `toDateTime({${parameter}:UInt32}, 'UTC')`;

/** Epoch milliseconds as a parameter of `second`. */
export const toSeconds = (ms: number): number => ms / 1000;
