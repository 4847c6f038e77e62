-- The charges again, in the order in which days are closed: the feed of all organisations and the charges of one date
-- read a few granules of it instead of every revision that there is. A view copies each insert, and a copied row
-- replaces itself as the row does, so a repeated insert changes nothing here either.
CREATE TABLE IF NOT EXISTS charges_by_day AS daily_charges
ENGINE = ReplacingMergeTree(version)
ORDER BY (day, org_id, product, revision)
SETTINGS fsync_after_insert = 1;

-- Days are closed one after the other, so each granule has a narrow range of offsets.
ALTER TABLE charges_by_day ADD INDEX IF NOT EXISTS by_offset kafka_offset TYPE minmax GRANULARITY 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS copy_charges_by_day TO charges_by_day AS SELECT * FROM daily_charges;

-- What landed before the view.
INSERT INTO charges_by_day SELECT * FROM daily_charges;
