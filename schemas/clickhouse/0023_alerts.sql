-- The topic alerts, landed like any other, never updated. Of several records under one id the first in log order counts
-- (least kafka_offset), so two processes that decide the same make one alert. A repeated insert replaces itself.
CREATE TABLE IF NOT EXISTS alert_log
(
    kafka_offset UInt64,
    appended_at DateTime64(3, 'UTC'),
    record_id String,
    -- '' for the platform.
    org_id String,
    kind LowCardinality(String),
    product LowCardinality(String),
    rule_id LowCardinality(String),
    subject String,
    number UInt64,
    -- JSON: the facts.
    value String,
    INDEX by_offset kafka_offset TYPE minmax GRANULARITY 1,
    INDEX by_record record_id TYPE bloom_filter GRANULARITY 1
)
ENGINE = ReplacingMergeTree
ORDER BY (org_id, kafka_offset)
SETTINGS fsync_after_insert = 1;

-- What became of each attempt to deliver a record to a destination. Written after the attempt: a process that is killed
-- before that makes it again, under the same delivery id. `attempt` counts from 1 in each round; a replay is a new round.
CREATE TABLE IF NOT EXISTS alert_attempts
(
    org_id String,
    delivery_id String,
    destination_id String,
    -- The delivered record, and the event as the receiver sees its name.
    kafka_offset UInt64,
    event LowCardinality(String),
    alert_id String,
    created_at DateTime64(3, 'UTC'),
    -- The offset of the replay that began it; that of the record itself for the first round.
    round UInt64,
    attempt UInt32,
    attempted_at DateTime64(3, 'UTC'),
    duration_ms UInt32,
    -- delivered, retried, or failed: the last one of its round.
    outcome LowCardinality(String),
    -- The HTTP status or SMTP code; 0 where there was none.
    status UInt16,
    error String,
    -- When the next attempt is due; of the last one its own instant.
    next_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(attempted_at)
ORDER BY (org_id, kafka_offset, destination_id, round, attempt)
TTL toDateTime(attempted_at) + INTERVAL 90 DAY
SETTINGS fsync_after_insert = 1;

-- How far each part of the alerts process has come in a log that it follows; a greater position replaces a lesser one.
CREATE TABLE IF NOT EXISTS alert_progress
(
    name LowCardinality(String),
    position UInt64
)
ENGINE = ReplacingMergeTree(position)
ORDER BY name
SETTINGS fsync_after_insert = 1;
