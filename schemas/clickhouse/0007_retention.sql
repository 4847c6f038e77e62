-- Raw events leave in whole parts (a part holds events of one UTC day): nothing is rewritten, and FINAL never sees
-- half a day. How long they stay is the setting RETENTION_DAYS, which deploy/retention.ts puts into the table's TTL.
ALTER TABLE call_events MODIFY SETTING ttl_only_drop_parts = 1;
