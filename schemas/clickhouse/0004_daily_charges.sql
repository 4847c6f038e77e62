-- The topic daily-charges, landed like any other: the first record of a revision in log order is that revision,
-- because version falls as the offset rises.
CREATE TABLE IF NOT EXISTS daily_charges
(
    org_id LowCardinality(String),
    product LowCardinality(String),
    day Date32,
    revision UInt32,
    day_from DateTime64(3, 'UTC'),
    day_to DateTime64(3, 'UTC'),
    calls UInt64,
    used UInt64,
    included UInt64,
    additional_limit UInt64,
    additional_used UInt64,
    billed_credits UInt64,
    over_limit UInt64,
    amount Decimal(38, 18),
    delta_credits Int64,
    delta_amount Decimal(38, 18),
    currency LowCardinality(String),
    price_book LowCardinality(String),
    billed_from Date32,
    billed_to Date32,
    closed_at DateTime64(3, 'UTC'),
    kafka_offset UInt64,
    version UInt64 MATERIALIZED bitNot(kafka_offset)
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (org_id, product, day, revision)
SETTINGS fsync_after_insert = 1;
