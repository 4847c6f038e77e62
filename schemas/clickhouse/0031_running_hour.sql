-- The totals (usage_15m) have the ended quarters of the running hour too (aggregator/sealing/seal-running-hour.ts): of the
-- row `sealed`, quarters before this instant are there, where it is later than `until`. Breakdowns have whole hours only.
ALTER TABLE aggregator_progress
    ADD COLUMN IF NOT EXISTS totals_until DateTime64(3, 'UTC') DEFAULT toDateTime64(0, 3, 'UTC');

-- So a row that is inserted after its quarter has ended invalidates its hour, also while the hour is still running. The
-- first quarter of these rows says whether the totals have it: until then its events are read anyway.
ALTER TABLE dirty_marks ADD COLUMN IF NOT EXISTS earliest DateTime('UTC') DEFAULT hour;
ALTER TABLE mark_late_events MODIFY QUERY
SELECT
    org_id,
    toStartOfHour(occurred_at) AS hour,
    generateUUIDv4() AS id,
    0 AS cleared,
    now64(3) AS marked_at,
    min(toStartOfFifteenMinutes(occurred_at)) AS earliest
FROM call_events
WHERE toStartOfFifteenMinutes(occurred_at) + INTERVAL 15 MINUTE <= now()
GROUP BY org_id, hour;
