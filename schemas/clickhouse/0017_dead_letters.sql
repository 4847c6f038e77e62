-- The key and the value of each dead letter, so that it can be read, exported and replayed without a search through
-- the dead-letter topic. Apart from `quarantined`, because bytes leave after DEAD_LETTER_RETENTION_DAYS (the consumer sets
-- the TTL where it is not the default), while the outcome of an offset stays: reconciliation looks for it. A dead letter
-- from before this table has no bytes here.
CREATE TABLE IF NOT EXISTS dead_letter_bytes
(
    topic LowCardinality(String),
    partition UInt16,
    offset UInt64,
    appended_at DateTime64(3, 'UTC'),
    -- The first 64 KiB and 900,000 bytes: shorter than quarantined.size_bytes where they were cut. NULL as in Kafka.
    key Nullable(String) CODEC(ZSTD),
    value Nullable(String) CODEC(ZSTD)
)
ENGINE = ReplacingMergeTree
ORDER BY (topic, partition, offset)
TTL toStartOfDay(appended_at) + toIntervalDay(91)
SETTINGS fsync_after_insert = 1;

-- Records that replayed a dead letter, by the header `replay_of`, and what became of each: reason is empty where its
-- event counts. Written after the record's row or its own dead letter, before the landed range: a crash in between
-- delivers the record again, and the row replaces itself.
CREATE TABLE IF NOT EXISTS dead_letter_replays
(
    of_topic LowCardinality(String),
    of_partition UInt16,
    of_offset UInt64,
    topic LowCardinality(String),
    partition UInt16,
    offset UInt64,
    reason LowCardinality(String),
    -- The header `replay`: what was replayed by one command or request.
    replay String,
    appended_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree
ORDER BY (of_topic, of_partition, of_offset, topic, partition, offset)
SETTINGS fsync_after_insert = 1;

-- The dead letter that this one is a replay of, as topic/partition/offset; empty for any other.
ALTER TABLE quarantined ADD COLUMN IF NOT EXISTS replay_of String;
