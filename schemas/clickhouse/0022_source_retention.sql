-- Source addresses leave before the calls that have them: after SOURCE_RETENTION_DAYS, whole UTC days at a time. The
-- consumer changes the TTL where the setting is not the default. No figure and no hash of a payload is made of them later.
ALTER TABLE call_events MODIFY COLUMN source_address String TTL toStartOfDay(occurred_at) + toIntervalDay(91);
