import { createHash } from 'node:crypto';
import { ClickHouseError } from '@clickhouse/client';
import type { ClickHouseClient, ClickHouseConfig } from './connect.ts';

/** ACCESS_DENIED, ACCESS_STORAGE_FOR_INSERTION_NOT_FOUND: this server makes no users by SQL, or not for this one. */
const NO_USERS = new Set(['497', '514']);

/**
 * Makes a user that can read the database and nothing else, for the API's CLICKHOUSE_USER and CLICKHOUSE_PASSWORD:
 * whatever is wrong in the API then, ClickHouse refuses to write. Repeating it changes the password.
 *
 * The embedded server (26.7) cannot: it takes users from a file only, and has nowhere to keep others (tried: error
 * 514 with access_management on). The local stack's API therefore reads as `default`, held to reading by the setting
 * readonly = 2 of every query alone; a user out of a users.xml with these limits was tried and does work.
 * @param client of a user that may manage access. @returns false where the server makes no users
 */
export async function createReader(
  client: ClickHouseClient,
  config: Pick<ClickHouseConfig, 'CLICKHOUSE_DATABASE'>,
  reader: { readonly user: string; readonly password: string },
): Promise<boolean> {
  const database = config.CLICKHOUSE_DATABASE;
  if (!/^\w+$/.test(reader.user))
    throw new Error(`${reader.user} is no user name: letters, digits and _ only`);
  const role = `${database}_reader`;
  // The password itself never travels.
  const identified = `IDENTIFIED WITH sha256_hash BY '${createHash('sha256').update(reader.password).digest('hex')}'`;
  const statements = [
    // 2, not 1: queries bring settings of their own, within these limits. See api/clickhouse.ts.
    `CREATE ROLE IF NOT EXISTS ${role} SETTINGS readonly = 2, max_execution_time = 20 MAX 20,
       max_memory_usage = 2000000000 MAX 2000000000`,
    `GRANT SELECT ON ${database}.* TO ${role}`,
    `CREATE USER IF NOT EXISTS ${reader.user} ${identified}`,
    `ALTER USER ${reader.user} ${identified}`,
    `GRANT ${role} TO ${reader.user}`,
  ];
  try {
    for (const query of statements) await client.command({ query });
    return true;
  } catch (error) {
    if (error instanceof ClickHouseError && NO_USERS.has(error.code)) return false;
    throw error;
  }
}
