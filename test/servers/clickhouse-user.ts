import type { ClickHouseUser } from '../../deploy/local/clickhouse-users.ts';

/** The user of the tests' own ClickHouse. Suites create databases of their own, and look at what runs. */
export const TEST_USER: ClickHouseUser = {
  name: 'api_test',
  grants: ['GRANT ALL ON test_*.*', 'GRANT TABLE ENGINE ON *', 'GRANT SELECT ON system.*'],
};
