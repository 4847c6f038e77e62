-- How far reconciliation is (aggregator/reconciliation/): one row, the last one written counts. Two aggregators at once
-- check the same things twice, and nothing is lost.
CREATE TABLE IF NOT EXISTS reconciliation_progress
(
    name LowCardinality(String),
    -- Of the running round, or of the last one.
    started_at DateTime64(3, 'UTC'),
    -- usage, charges, feed; done between two rounds.
    stage LowCardinality(String),
    -- Where the stage goes on: the hour before which hours are checked next, or the organisation after which.
    position String,
    -- Hours or organisations of the stage.
    done UInt64,
    total UInt64,
    -- The end of the last complete round; 1970 before the first one.
    completed_at DateTime64(3, 'UTC'),
    -- When the logs were checked last.
    logs_checked DateTime64(3, 'UTC'),
    -- Hours before it have been checked at least since they were sealed first.
    sealed_checked DateTime64(3, 'UTC'),
    -- Hours that were sealed again before this instant have been checked since.
    resealed_checked DateTime64(3, 'UTC'),
    written_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(written_at)
ORDER BY name;

-- What reconciliation found, by the unit that was checked: a topic, an hour, an organisation. Checking a unit again
-- closes what is not found any more.
CREATE TABLE IF NOT EXISTS reconciliation_differences
(
    unit String,
    name LowCardinality(String),
    -- The place in words, and as JSON (store/reconciliation/difference.ts).
    place_text String,
    place String,
    expected String,
    found String,
    is_open UInt8,
    -- When it was found first.
    since DateTime64(3, 'UTC'),
    checked_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(checked_at)
ORDER BY (unit, name, place_text)
TTL toDateTime(checked_at) + INTERVAL 30 DAY DELETE WHERE is_open = 0;
