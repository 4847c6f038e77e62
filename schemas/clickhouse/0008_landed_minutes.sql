-- How many records of a topic landed in each minute, and how many of them as dead letters: for the alert on a wave of
-- invalid records, and for nothing else. An insert that is retried counts twice here, so no figure is made of it.
CREATE TABLE IF NOT EXISTS landed_minutes
(
    topic LowCardinality(String),
    minute DateTime('UTC'),
    records UInt64,
    invalid UInt64
)
ENGINE = SummingMergeTree
ORDER BY (topic, minute)
TTL minute + INTERVAL 1 DAY;

CREATE MATERIALIZED VIEW IF NOT EXISTS count_landed_minutes TO landed_minutes AS
SELECT topic, toStartOfMinute(landed_at) AS minute, sum(rows) + sum(quarantined) AS records, sum(quarantined) AS invalid
FROM landed_ranges
GROUP BY topic, minute;
