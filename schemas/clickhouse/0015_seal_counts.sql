-- What one seal has counted, by its id: the totals that go into usage_15m, and with them the version of every bucket,
-- which the rows of usage_15m_by get too (aggregator/sealing/rollup.ts). Joining it takes 0.8 CPU-s per million events;
-- adding up the versions of the breakdown's own rows took 4 to 7. Of no use once the seal has ended: a seal that took
-- longer than half the time until its rows expire fails and starts again.
CREATE TABLE IF NOT EXISTS seal_counts
(
    seal UUID,
    org_id LowCardinality(String),
    product LowCardinality(String),
    bucket DateTime('UTC'),
    calls UInt64,
    credits UInt64,
    rejected UInt64,
    seen UInt128,
    counted_at DateTime('UTC') DEFAULT now()
)
ENGINE = MergeTree
ORDER BY (seal, org_id, bucket)
TTL counted_at + INTERVAL 1 DAY
SETTINGS fsync_after_insert = 1, ttl_only_drop_parts = 1;
