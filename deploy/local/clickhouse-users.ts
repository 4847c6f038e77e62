import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSecretFile } from './secret.ts';

/** A user of the local ClickHouse, and what it may do there. */
export interface ClickHouseUser {
  /** Letters, digits and _ */
  readonly name: string;
  /** GRANT and REVOKE statements without their TO and FROM, in this order. */
  readonly grants: readonly string[];
  readonly isReadOnly?: boolean;
}

/** Settings of ClickHouse, by name. */
export type UserSettings = Readonly<Record<string, number>>;

export interface ClickHouseLogin {
  readonly user: string;
  readonly password: string;
  /** Where other processes of the same user find the password. */
  readonly passwordFile: string;
}

/**
 * `owner` creates the tables, sets their retention and recomputes, `writer` is for the consumer and the aggregator,
 * `alerts` for the process of that name, `reader` for the API and the commands that only read, all but whom an erasure
 * is of, `gate` for the gates, which read figures and settings. None of them can read or write files, call other
 * servers, or see another database.
 */
export type StackRole = 'owner' | 'writer' | 'alerts' | 'reader' | 'gate';

/** What the alerts process writes; its decisions go to Kafka. */
const WRITTEN_BY_ALERTS = ['alert_attempts', 'alert_progress', 'aggregator_lease'];

/** What no decision about a call depends on, and what names people beyond their ids. */
const HIDDEN_FROM_GATES = ['erasures', 'dead_letter_bytes', 'alert_log', 'alert_attempts'];

/** @param database a name that needs no quotes in SQL */
export const stackUsers = (database: string): Record<StackRole, ClickHouseUser> => ({
  owner: {
    name: 'api_owner',
    grants: [
      `GRANT ALL ON ${database}.*`,
      'GRANT TABLE ENGINE ON MergeTree',
      'GRANT TABLE ENGINE ON ReplacingMergeTree',
      'GRANT TABLE ENGINE ON SummingMergeTree',
      // Erasing waits for inserts of the writer, and for its own mutations.
      'GRANT SELECT(query_id, query_kind) ON system.processes',
      'GRANT SELECT(database, table, is_done, parts_to_do, latest_fail_reason) ON system.mutations',
    ],
  },
  writer: {
    name: 'api_writer',
    grants: [`GRANT SELECT, INSERT ON ${database}.*`, `GRANT ALTER DELETE ON ${database}.landed_ranges`],
  },
  alerts: {
    name: 'api_alerts',
    grants: [
      `GRANT SELECT ON ${database}.*`,
      `REVOKE SELECT ON ${database}.erasures`,
      `REVOKE SELECT ON ${database}.dead_letter_bytes`,
      ...WRITTEN_BY_ALERTS.map((table) => `GRANT INSERT ON ${database}.${table}`),
    ],
  },
  reader: {
    name: 'api_reader',
    // Who reads the erasures can check a guess at an erased id (docs/privacy.md).
    grants: [`GRANT SELECT ON ${database}.*`, `REVOKE SELECT ON ${database}.erasures`],
    isReadOnly: true,
  },
  gate: {
    name: 'api_gate',
    grants: [
      `GRANT SELECT ON ${database}.*`,
      ...HIDDEN_FROM_GATES.map((table) => `REVOKE SELECT ON ${database}.${table}`),
    ],
    isReadOnly: true,
  },
});

/** The user's login. Its password is created once per data directory and only this system user can read it. */
export function clickhouseLogin(dataDir: string, { name }: ClickHouseUser): ClickHouseLogin {
  const passwordFile = createSecretFile(join(dataDir, 'passwords', name));
  return { user: name, password: readFileSync(passwordFile, 'utf8').trim(), passwordFile };
}

/**
 * users.xml. The library's own session is `default` without a password, from 127.0.0.1: it may start the listener and
 * nothing else. ClickHouse reads the file once, at its start.
 * @param settings of the users who may write
 */
export function usersXml(
  users: readonly ClickHouseUser[],
  passwordOf: (user: ClickHouseUser) => string,
  settings: UserSettings = {},
): string {
  const xml = users.map((user) => {
    const sha256 = createHash('sha256').update(passwordOf(user)).digest('hex');
    const profile = user.isReadOnly === true ? 'read_only' : 'writing';
    return userXml(user, `<password_sha256_hex>${sha256}</password_sha256_hex>`, profile);
  });
  const session = { name: 'default', grants: ['GRANT SYSTEM LISTEN ON *.*'] };
  return `<clickhouse>
  <profiles>
    <default></default>
    <writing>${Object.entries(settings)
      .map(([name, value]) => `<${name}>${value}</${name}>`)
      .join('')}</writing>
    <read_only>
      <!-- 2 instead of 1, because queries set settings of their own. -->
      <readonly>2</readonly>
    </read_only>
  </profiles>
  <quotas><default></default></quotas>
  <users>${[userXml(session, '<no_password></no_password>', 'default'), ...xml].join('')}
  </users>
</clickhouse>
`;
}

const userXml = (
  { name, grants }: ClickHouseUser,
  identification: string,
  profile: 'default' | 'writing' | 'read_only',
): string => `
    <${name}>
      ${identification}
      <networks><ip>127.0.0.1</ip></networks>
      <profile>${profile}</profile>
      <quota>default</quota>
      <grants>${grants.map((grant) => `<query>${grant}</query>`).join('')}</grants>
    </${name}>`;
