-- Which aggregator works now; the others stand by until its lease has ended. It saves work and decides nothing: two
-- aggregators that both believe to have it only do the same work twice (aggregator/lease.ts). So no fsync. The row
-- written last counts; all instants are ClickHouse's own.
CREATE TABLE IF NOT EXISTS aggregator_lease
(
    name LowCardinality(String),
    holder String,
    until DateTime64(3, 'UTC'),
    written_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(written_at)
ORDER BY name;
