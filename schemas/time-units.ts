/** Lengths of time in milliseconds. Elapsed time, not calendar time: a local day may have 23 to 25 hours. */
export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
/** The bucket of the rollups: every zone's midnight falls on a quarter hour (schemas/clickhouse/0003). */
export const BUCKET_MS = 15 * MINUTE_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
