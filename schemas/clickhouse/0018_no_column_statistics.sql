-- ClickHouse 26.7 keeps statistics of every column in every part, and counts them again in each merge: a fifth of the
-- CPU of merging call_events. No query here plans by them (platform/clickhouse/connect.ts).
ALTER TABLE call_events MODIFY SETTING auto_statistics_types = '';
ALTER TABLE event_payloads MODIFY SETTING auto_statistics_types = '';
ALTER TABLE usage_15m MODIFY SETTING auto_statistics_types = '';
ALTER TABLE usage_15m_by MODIFY SETTING auto_statistics_types = '';
