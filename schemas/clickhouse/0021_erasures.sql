-- Persons whose user id is erased, one row for each (docs/privacy.md). The id itself is nowhere here: `digest` is
-- SHA-256 of the salt and the id. Consumers give calls of the person that occurred before `cut` the pseudonym of the
-- organisation, a hash of the secret and the organisation's id, so that a redelivery brings the id back nowhere. When
-- nothing can be redelivered any more, the row goes, and with it the only way from an id to its pseudonym.
CREATE TABLE IF NOT EXISTS erasures
(
    id UUID,
    -- Empty: of every organisation.
    org_id String,
    -- Hexadecimal.
    salt String,
    digest String,
    secret String,
    -- 31 bits of the id's hash, by which consumers pass over all other calls.
    probe UInt32,
    -- The end of an hour, so that no quarter hour has calls of both kinds. A repeated command raises it.
    cut DateTime64(3, 'UTC'),
    recorded_at DateTime64(3, 'UTC'),
    kept_until DateTime('UTC')
)
ENGINE = ReplacingMergeTree(cut)
ORDER BY id
TTL kept_until
SETTINGS fsync_after_insert = 1;

-- The erasure that holds an invalidation, else empty. A held one is sealed again by the command, not by an aggregator:
-- until then readers count the hour from the events, whatever the rollup has. A command that did not finish holds it for
-- a day at most.
ALTER TABLE dirty_marks ADD COLUMN IF NOT EXISTS held_by String;
