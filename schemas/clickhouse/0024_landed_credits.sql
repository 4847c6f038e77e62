-- How many credits landed in each second, for each subscription: by it the alerts process knows whose usage may have
-- reached a threshold, and reads only that. An upper bound: a repeated or replaced event is added again, and nothing is
-- ever taken away. No figure comes from here, so no fsync.
CREATE TABLE IF NOT EXISTS landed_credits
(
    second DateTime('UTC'),
    org_id LowCardinality(String),
    product LowCardinality(String),
    credits UInt64
)
ENGINE = MergeTree
PARTITION BY toStartOfFifteenMinutes(second)
ORDER BY (second, org_id, product)
TTL second + INTERVAL 30 MINUTE
SETTINGS ttl_only_drop_parts = 1;

-- The second is that in which the insert began, by ClickHouse's clock; its rows can be read some time later.
CREATE MATERIALIZED VIEW IF NOT EXISTS count_landed_credits TO landed_credits AS
SELECT now() AS second, org_id, product, sum(call_events.credits) AS credits
FROM call_events
WHERE call_events.credits > 0
GROUP BY org_id, product;
