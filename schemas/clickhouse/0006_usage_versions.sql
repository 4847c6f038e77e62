-- A rollup row's version says of which events it was counted: `seen` is the sum of the versions of all distinct
-- events of its (org, bucket). The set only grows, and of two payloads under one id the one with the least
-- (offset, partition) wins, whose version is greater: so whatever comes to be known, `seen` rises. The count of
-- calls, the version before, stays the same when an earlier payload replaces a later one.
-- A row with 0 calls says that none of the events under its key are left there (aggregator/sealing/replaced.ts).
-- UInt128: 2^64 times 9e9 calls.
--
-- Both tables are emptied and every hour is sealed again from the events, which are all still there.
DROP TABLE IF EXISTS usage_15m;

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

DROP TABLE IF EXISTS usage_15m_by;

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

ALTER TABLE aggregator_progress DELETE WHERE name = 'sealed' SETTINGS mutations_sync = 2;
