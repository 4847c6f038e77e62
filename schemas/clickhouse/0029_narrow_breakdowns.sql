-- Breakdowns of the same seals by fewer dimensions than usage_15m_by, equal in sums. Paths contain ids, so usage_15m_by
-- is nearly as wide as the events; a question by user, or by what kind of call it was, reads one of these instead.
CREATE TABLE IF NOT EXISTS usage_15m_by_user
(
    org_id LowCardinality(String),
    product LowCardinality(String),
    bucket DateTime('UTC'),
    user_id String,
    calls UInt64,
    credits UInt64,
    rejected UInt64,
    seen UInt128
)
ENGINE = ReplacingMergeTree(seen)
PARTITION BY toYYYYMM(bucket)
ORDER BY (org_id, product, bucket, user_id)
SETTINGS fsync_after_insert = 1, auto_statistics_types = '';

CREATE TABLE IF NOT EXISTS usage_15m_by_kind
(
    org_id LowCardinality(String),
    product LowCardinality(String),
    bucket DateTime('UTC'),
    app_id String,
    method LowCardinality(String),
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
ORDER BY (org_id, product, bucket, app_id, method, module, status, rule, rejection_cause)
SETTINGS fsync_after_insert = 1, auto_statistics_types = '';

-- Of the row `sealed`: hours before this instant are in these two tables too. Hours that were sealed before they existed
-- are filled in from usage_15m_by (aggregator/sealing/fill-breakdowns.ts). An aggregator of an earlier release writes
-- neither these tables nor this column: the hours that it seals make it 0, and everything is filled in again.
ALTER TABLE aggregator_progress
    ADD COLUMN IF NOT EXISTS breakdowns_until DateTime64(3, 'UTC') DEFAULT toDateTime64(0, 3, 'UTC');
