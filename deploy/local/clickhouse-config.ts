import type { ClickHouseLogin } from './clickhouse-users.ts';

export interface ServerConfig {
  readonly logFile: string;
  readonly usersFile: string;
  readonly memoryBytes: number;
  readonly logins: readonly ClickHouseLogin[];
  /** None by default. */
  readonly keepFreeBytes?: number;
  /** Further elements, such as the remote_servers of a cluster. */
  readonly elements?: string;
}

/**
 * config.xml: small caches, few background threads, dropped tables removed at once, because the server shares a
 * developer's machine.
 *
 * The listener answers only requests with a login in their headers. Everyone else on this machine, and every web page
 * that a browser here has open, gets 401 and no CORS headers: otherwise a request without credentials would be
 * `default`, and any page could send one. Logins in the URL do not count, because URLs are logged.
 */
export function serverXml(config: ServerConfig): string {
  const { logFile, usersFile, memoryBytes, logins, keepFreeBytes, elements = '' } = config;
  return `<clickhouse>
  <logger>
    <log>${escapeXml(logFile)}</log>
    <size>16M</size>
    <count>2</count>
  </logger>
  <users_config>${escapeXml(usersFile)}</users_config>
  <http_handlers>${logins.map(handlersXml).join('')}
    <rule>
      <handler>
        <type>static</type>
        <status>401</status>
        <content_type>text/plain; charset=UTF-8</content_type>
        <response_content>Code: 516. DB::Exception: This local ClickHouse needs a login: DATA_DIR/stack.json names its users and their password files. (AUTHENTICATION_FAILED)</response_content>
      </handler>
    </rule>
  </http_handlers>
  <max_server_memory_usage>${memoryBytes}</max_server_memory_usage>
${keepFreeBytes === undefined ? '' : freeSpaceXml(keepFreeBytes)}  <mark_cache_size>${2 ** 28}</mark_cache_size>
  <background_pool_size>2</background_pool_size>
  <background_schedule_pool_size>4</background_schedule_pool_size>
  <database_atomic_delay_before_drop_table_sec>0</database_atomic_delay_before_drop_table_sec>${elements}
</clickhouse>
`;
}

const freeSpaceXml = (bytes: number): string => `  <storage_configuration><disks>
    <default><keep_free_space_bytes>${bytes}</keep_free_space_bytes></default>
  </disks></storage_configuration>
`;

/** One rule for each way to send a login in headers. The whole login must match: a user's name alone opens nothing. */
function handlersXml({ user, password }: ClickHouseLogin): string {
  const basic = Buffer.from(`${user}:${password}`).toString('base64');
  return [
    `<Authorization>Basic ${basic}</Authorization>`,
    `<X-ClickHouse-User>${user}</X-ClickHouse-User><X-ClickHouse-Key>${password}</X-ClickHouse-Key>`,
  ]
    .map(
      (headers) => `
    <rule>
      <headers>${headers}</headers>
      <handler><type>dynamic_query_handler</type><query_param_name>query</query_param_name></handler>
    </rule>`,
    )
    .join('');
}

const escapeXml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
