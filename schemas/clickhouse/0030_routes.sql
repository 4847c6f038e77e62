-- The breakdown by what kind of call it was, with the route (store/usage/route.ts): instead of usage_15m_by_kind of 0029,
-- which stays for the processes of the release before. Nothing else writes or reads that table.
CREATE TABLE IF NOT EXISTS usage_15m_by_route
(
    org_id LowCardinality(String),
    product LowCardinality(String),
    bucket DateTime('UTC'),
    route LowCardinality(String),
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
ORDER BY (org_id, product, bucket, route, app_id, method, module, status, rule, rejection_cause)
SETTINGS fsync_after_insert = 1, auto_statistics_types = '';

-- Of the row `sealed`: hours before this instant are in usage_15m_by_user and usage_15m_by_route too. Instead of
-- breakdowns_until of 0029: an aggregator of the release before writes that one, and makes this one 0.
ALTER TABLE aggregator_progress
    ADD COLUMN IF NOT EXISTS narrow_until DateTime64(3, 'UTC') DEFAULT toDateTime64(0, 3, 'UTC');
