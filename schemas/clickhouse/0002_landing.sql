-- What the consumers have landed: written after the insert into call_events, before the offset commit.
-- Coverage of a partition is the union of its intervals; both offsets are inclusive.
CREATE TABLE IF NOT EXISTS landed_ranges
(
    topic LowCardinality(String),
    partition UInt16,
    first_offset UInt64,
    last_offset UInt64,
    rows UInt64,
    quarantined UInt64,
    landed_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = MergeTree
ORDER BY (topic, partition, first_offset)
SETTINGS fsync_after_insert = 1;

-- How far each partition has landed, as its consumer saw it: landed_until is observed_at where the partition
-- was level with its log, else the append time of the oldest record not landed.
CREATE TABLE IF NOT EXISTS landing_progress
(
    topic LowCardinality(String),
    partition UInt16,
    next_offset UInt64,
    end_offset UInt64,
    landed_until DateTime64(3, 'UTC'),
    observed_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(observed_at)
ORDER BY (topic, partition);

-- Records that may not count, once per (topic, partition, offset). Their bytes are in the dead-letter topic.
CREATE TABLE IF NOT EXISTS quarantined
(
    topic LowCardinality(String),
    partition UInt16,
    offset UInt64,
    reason LowCardinality(String),
    detail String,
    org_id String,
    size_bytes UInt32,
    appended_at DateTime64(3, 'UTC'),
    quarantined_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree
ORDER BY (topic, partition, offset)
SETTINGS fsync_after_insert = 1;
