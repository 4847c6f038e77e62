-- The releases of the time zone database that this deployment has adopted. Days that began before a release takes
-- effect keep the rules of the release before, so the bounds of closed days never move (domain/calendar/zone-releases.ts).
-- The aggregator records the release that it brings along, once; of equal ones the earliest counts.
CREATE TABLE IF NOT EXISTS zone_releases
(
    -- Of `database`: the same release packed in another way is another one.
    sha256 FixedString(64),
    -- Like 2026f.
    version String,
    effective_at DateTime64(3, 'UTC'),
    -- JSON: the zones and links of the database as the package moment-timezone packs them.
    database String CODEC(ZSTD(6))
)
ENGINE = MergeTree
ORDER BY (effective_at, sha256)
SETTINGS fsync_after_insert = 1;
