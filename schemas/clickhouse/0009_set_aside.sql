-- Organisations whose days the aggregator could not close, so that the days of all others close without them. Each
-- record is a debt: every day of the organisation that ended after `days_from` is still to be compared and closed.
-- A debt is paid by inserting its row again with cleared = 1, by the id that was read before the days were closed. A
-- failed attempt leaves a new debt and clears the ones it read, so no order of two aggregators loses a day.
CREATE TABLE IF NOT EXISTS set_aside
(
    org_id String,
    id UUID,
    -- What failed: days (no calendar) or close (no charge).
    step LowCardinality(String),
    -- The code of the error, then its message.
    error_code LowCardinality(String),
    error String,
    days_from DateTime64(3, 'UTC'),
    since DateTime64(3, 'UTC'),
    attempts UInt32,
    retry_at DateTime64(3, 'UTC'),
    cleared UInt8,
    -- For the TTL only. A row that came back after its cleared one had expired would be one more attempt: harmless.
    written_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(cleared)
ORDER BY (org_id, id)
TTL toDateTime(written_at) + INTERVAL 1 DAY DELETE WHERE cleared = 1
SETTINGS fsync_after_insert = 1;
