-- The settings as folded up to an offset of the log, so that a start does not fold the whole log again. A snapshot holds
-- for the code and rules that folded it (`fold`) and for exactly the rows of the log that it was folded from: a reader
-- compares their number and digest and otherwise folds the log itself, so a snapshot never hides a record. A later
-- snapshot replaces an earlier one of the same fold; two writers of one snapshot write equal rows.
CREATE TABLE IF NOT EXISTS settings_snapshot_orgs
(
    fold String,
    next_offset UInt64,
    -- '' for the catalogues.
    org_id String,
    -- When the organisation's last change was recorded, epoch milliseconds.
    recorded_at Int64,
    -- JSON; empty where all changes were rejected (domain/settings/packed-org.ts).
    state String,
    written_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(next_offset)
ORDER BY (fold, org_id)
-- Those of earlier releases. Where it ends the current one, the next start folds the log and writes it again.
TTL toDateTime(written_at) + INTERVAL 90 DAY
SETTINGS fsync_after_insert = 1;

-- Written last: without its row here, or while a later one is being written, a snapshot is not complete.
CREATE TABLE IF NOT EXISTS settings_snapshots
(
    fold String,
    next_offset UInt64,
    -- Rows of settings_snapshot_orgs.
    orgs UInt64,
    -- The rows of settings_log below next_offset.
    log_rows UInt64,
    log_digest UInt64,
    catalogues String,
    written_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplacingMergeTree(next_offset)
ORDER BY fold
TTL toDateTime(written_at) + INTERVAL 90 DAY
SETTINGS fsync_after_insert = 1;

-- The changes of an organisation, and a change by its id, are found without reading the whole log.
ALTER TABLE settings_log ADD INDEX IF NOT EXISTS by_change change_id TYPE bloom_filter GRANULARITY 1;
ALTER TABLE settings_log ADD INDEX IF NOT EXISTS by_org org_id TYPE bloom_filter GRANULARITY 1;
