-- Raw events from before this instant may be gone, whatever RETENTION_DAYS is today: an earlier, shorter one let them
-- be dropped. Written by deploy/retention.ts before it changes the TTL of call_events; the latest instant counts.
CREATE TABLE IF NOT EXISTS dropped_events
(
    before DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(before)
ORDER BY tuple()
SETTINGS fsync_after_insert = 1;
