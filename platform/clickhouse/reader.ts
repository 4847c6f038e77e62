import { createHash } from 'node:crypto';
import { ClickHouseError } from '@clickhouse/client';
import { clusterOf } from './cluster.ts';
import type { ClickHouseClient, ClickHouseConfig } from './connect.ts';

/** ACCESS_DENIED, ACCESS_STORAGE_FOR_INSERTION_NOT_FOUND: the server creates no users by SQL, or not for this client. */
const CANNOT_CREATE_USERS = new Set(['497', '514']);

/** The user's name cannot be written into SQL. */
export class UserNameError extends Error {
  readonly code = 'USER_NAME';
  constructor(name: string) {
    super(`${JSON.stringify(name)} is not a valid user name: use letters, digits and _ only.`);
    this.name = 'UserNameError';
  }
}

/** Who reads the erasures can check a guess at an erased id (docs/privacy.md); the API does not need them. */
const NOT_READ = 'erasures';

/**
 * Creates a user that can read the database, all but NOT_READ, and nothing else, for the API's CLICKHOUSE_USER and CLICKHOUSE_PASSWORD:
 * ClickHouse then rejects every write of the API, whatever its defects. Run it again to change the password.
 *
 * The embedded server (26.7) cannot do this: it reads users from a file only and has no storage for others (error 514
 * even with access_management on). The local stack has a users.xml of its own, with a reader
 * (deploy/local/clickhouse-users.ts).
 * @param clients of a user with access management, one for each server of a cluster
 * @returns false where the server cannot create users
 * @throws UserNameError
 */
export async function createReader(
  clients: readonly ClickHouseClient[],
  config: ClickHouseConfig,
  reader: { readonly user: string; readonly password: string },
): Promise<boolean> {
  const database = config.CLICKHOUSE_DATABASE;
  const cluster = clusterOf(config);
  if (!/^\w+$/.test(reader.user)) throw new UserNameError(reader.user);
  const role = `${database}_reader`;
  // Only the hash of the password is sent.
  const identified = `IDENTIFIED WITH sha256_hash BY '${createHash('sha256').update(reader.password).digest('hex')}'`;
  const statements = [
    // 2, not 1: queries may bring their own settings, within these limits. See api/clickhouse.ts.
    `CREATE ROLE IF NOT EXISTS ${role} SETTINGS readonly = 2, max_execution_time = 20 MAX 20,
       max_memory_usage = 2000000000 MAX 2000000000`,
    `GRANT SELECT ON ${database}.* TO ${role}`,
    `REVOKE SELECT ON ${database}.${NOT_READ} FROM ${role}`,
    ...(cluster
      ? [
          `GRANT SELECT ON ${cluster.localDatabase}.* TO ${role}`,
          `REVOKE SELECT ON ${cluster.localDatabase}.${NOT_READ} FROM ${role}`,
          // What is checked at the start (cluster-check.ts).
          `GRANT SELECT ON system.clusters, SELECT ON system.macros TO ${role}`,
        ]
      : []),
    `CREATE USER IF NOT EXISTS ${reader.user} ${identified}`,
    `ALTER USER ${reader.user} ${identified}`,
    `GRANT ${role} TO ${reader.user}`,
  ];
  try {
    for (const client of clients) {
      for (const query of statements) await client.command({ query });
    }
    return true;
  } catch (error) {
    if (error instanceof ClickHouseError && CANNOT_CREATE_USERS.has(error.code)) return false;
    throw error;
  }
}
