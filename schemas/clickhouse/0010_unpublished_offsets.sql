-- Offsets of a landed range at which no record was published, as (first, last), both inclusive: the markers of
-- transactions and the records of aborted ones. They have no outcome, so reconciliation must not look for one.
ALTER TABLE landed_ranges ADD COLUMN IF NOT EXISTS unpublished Array(Tuple(UInt64, UInt64));
