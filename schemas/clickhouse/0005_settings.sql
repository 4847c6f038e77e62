-- The topic settings, landed like any other: every change of an org's settings or of a catalogue, in the order of
-- the log, never updated. Whether a change is valid where it stands is decided by aggregator/settings/.
CREATE TABLE IF NOT EXISTS settings_log
(
    kafka_offset UInt64,
    appended_at DateTime64(3, 'UTC'),
    change_id String,
    org_id String,
    kind LowCardinality(String),
    product LowCardinality(String),
    value String,
    effective_at DateTime64(3, 'UTC'),
    recorded_by String,
    reason String
)
ENGINE = ReplacingMergeTree
ORDER BY kafka_offset
SETTINGS fsync_after_insert = 1;
