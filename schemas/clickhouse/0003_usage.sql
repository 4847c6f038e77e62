-- Sealed hours in 15-minute buckets (every zone's midnight falls on one), counted from call_events FINAL.
-- A row's version says of which events it was counted: `seen` is the sum of the versions of all distinct events of
-- its (org, bucket). The set only grows, and of two payloads under one id the one with the least (offset, partition)
-- wins, whose version is greater: so whatever comes to be known, `seen` rises, and a sealer that read less and wrote
-- later changes nothing. The count of calls stays the same when an earlier payload replaces a later one.
-- A row with 0 calls says that none of the events under its key are left there (aggregator/sealing/replaced.ts).
-- UInt128: 2^64 times 9e9 calls.
CREATE TABLE IF NOT EXISTS usage_15m
(
    org_id LowCardinality(String),
    product LowCardinality(String),
    bucket DateTime('UTC'),
    calls UInt64,
    credits UInt64,
    rejected UInt64,
    seen UInt128
)
ENGINE = ReplacingMergeTree(seen)
PARTITION BY toYYYYMM(bucket)
ORDER BY (org_id, product, bucket)
SETTINGS fsync_after_insert = 1;

-- The same seal with its dimensions, equal in sums: what breakdowns read.
CREATE TABLE IF NOT EXISTS usage_15m_by
(
    org_id LowCardinality(String),
    product LowCardinality(String),
    bucket DateTime('UTC'),
    user_id String,
    app_id String,
    method LowCardinality(String),
    endpoint String,
    module LowCardinality(String),
    status Int32,
    rule LowCardinality(String),
    rejection_cause LowCardinality(String),
    calls UInt64,
    credits UInt64,
    rejected UInt64,
    seen UInt128
)
ENGINE = ReplacingMergeTree(seen)
PARTITION BY toYYYYMM(bucket)
ORDER BY (org_id, product, bucket, user_id, app_id, method, endpoint, module, status, rule, rejection_cause)
SETTINGS fsync_after_insert = 1;

-- What must be sealed again: (org, hour) pairs that got rows after their hour had ended. A mark is cleared by
-- inserting it again with cleared = 1, by the id that was read before the seal, so no order of two sealers matters.
CREATE TABLE IF NOT EXISTS dirty_marks
(
    org_id LowCardinality(String),
    hour DateTime('UTC'),
    id UUID,
    cleared UInt8,
    marked_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(cleared)
ORDER BY (org_id, hour, id)
TTL toDateTime(marked_at) + INTERVAL 1 DAY DELETE WHERE cleared = 1
SETTINGS fsync_after_insert = 1;

-- Views mark, they never count: an insert that is retried would count twice, but only marks twice.
-- Rows of an hour that has not ended need no mark: the hour's first seal waits until everything that Kafka
-- appended before the hour's end plus a delay (60 s, far beyond the clocks' difference) has landed.
CREATE MATERIALIZED VIEW IF NOT EXISTS mark_late_events TO dirty_marks AS
SELECT
    org_id,
    toStartOfHour(occurred_at) AS hour,
    generateUUIDv4() AS id,
    0 AS cleared,
    now64(3) AS marked_at
FROM call_events
WHERE toStartOfHour(occurred_at) + INTERVAL 1 HOUR <= now()
GROUP BY org_id, hour;

-- How far the aggregator has come; a later instant replaces an earlier one.
CREATE TABLE IF NOT EXISTS aggregator_progress
(
    name LowCardinality(String),
    until DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(until)
ORDER BY name
SETTINGS fsync_after_insert = 1;
