-- The landed ranges that an aggregator has merged (aggregator/compaction/): one row for each partition stands for all of
-- its ranges whose landed_at is before `until`. A later row replaces an earlier one and covers at least the same
-- offsets. The ranges themselves are deleted later, so readers go by both tables (store/landing/landed-totals.ts):
-- what has landed is the union of all intervals; sums of deliveries are those here and of the ranges from `until` on.
CREATE TABLE IF NOT EXISTS landed_intervals
(
    topic LowCardinality(String),
    partition UInt16,
    -- (first, last), both inclusive; disjoint, ascending: one where nothing was passed over. Every offset in them has an
    -- outcome: a row, a dead letter, or no published record.
    intervals Array(Tuple(UInt64, UInt64)),
    -- Of those offsets, each counted once: how many published nothing, and how many have a dead letter.
    unpublished UInt64,
    dead_letters UInt64,
    -- Sums over all deliveries, repeated ones too.
    deliveries UInt64,
    rows UInt64,
    until DateTime64(3, 'UTC'),
    written_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(until)
ORDER BY (topic, partition)
SETTINGS fsync_after_insert = 1;
