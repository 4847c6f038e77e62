-- An invalidation passes through three values of `cleared`, and the greatest counts:
-- 0: its hour must be sealed again; readers count the hour from the events.
-- 1: it is sealed again; readers use the rollup. The days that it lies in are still to be compared and closed again.
-- 2: done.
-- So after a backfill current usage is fast again hour by hour, and each day is closed again once.
-- An invalidation that was cleared before this file has 1: its days are compared once more and do not differ.
ALTER TABLE dirty_marks MODIFY TTL toDateTime(marked_at) + INTERVAL 1 DAY DELETE WHERE cleared = 2;
