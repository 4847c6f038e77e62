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
-- As long as the topic: an alert may name a user.
TTL toDateTime(appended_at) + INTERVAL 400 DAY
SETTINGS fsync_after_insert = 1;

-- The attempts to deliver a record to a destination. A delivery begins with attempt 0, written before the first attempt
-- is made; each attempt is written after it, so a process that is killed in between makes it again, under the same
-- delivery id. A replay is another round of attempts.
CREATE TABLE IF NOT EXISTS alert_attempts
(
    org_id String,
    destination_id String,
    -- The delivered record of alert_log.
    kafka_offset UInt64,
    -- The offset of the record that began it: kafka_offset itself, or that of a replay.
    round UInt64,
    attempt UInt32,
    delivery_id String,
    -- The event's name, as the receiver sees it.
    event LowCardinality(String),
    -- '' where the record is no alert.
    alert_id String,
    created_at DateTime64(3, 'UTC'),
    attempted_at DateTime64(3, 'UTC'),
    duration_ms UInt32,
    -- pending (attempt 0), retried, or the last of its round: delivered, failed.
    outcome LowCardinality(String),
    -- The HTTP status or SMTP code; 0 where there was none.
    status UInt16,
    error String,
    -- When the next attempt is due.
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
