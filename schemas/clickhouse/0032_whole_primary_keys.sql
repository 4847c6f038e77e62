-- ClickHouse keeps only the first columns of a part's primary key in memory where these differ in nine of ten granules:
-- in the rollups that is the organisation alone, as soon as most organisations fit into a granule. Of a giant all
-- granules were the same then: each time range was read whole, and FINAL merged all of its parts, which took up to
-- twice as long. Whole keys take less than a hundredth of a byte a row. Parts that are loaded keep what they have until
-- they are merged, or the server starts again.
ALTER TABLE usage_15m MODIFY SETTING primary_key_ratio_of_unique_prefix_values_to_skip_suffix_columns = 1;
ALTER TABLE usage_15m_by MODIFY SETTING primary_key_ratio_of_unique_prefix_values_to_skip_suffix_columns = 1;
ALTER TABLE usage_15m_by_user MODIFY SETTING primary_key_ratio_of_unique_prefix_values_to_skip_suffix_columns = 1;
ALTER TABLE usage_15m_by_route MODIFY SETTING primary_key_ratio_of_unique_prefix_values_to_skip_suffix_columns = 1;
