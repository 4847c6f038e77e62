import { ClickHouseLogLevel, createClient, type ClickHouseClient } from '@clickhouse/client';
import type { Static, TSchema } from 'typebox';
import { compiled, type ValidationError } from '../compiled-schema.ts';
import { addressesOf } from './addresses.ts';
import { clusterSettings, nodesOf, type ShardBy } from './cluster.ts';
import { failoverAgent } from './failover-agent.ts';

export type { ClickHouseClient };

export interface ClickHouseConfig {
  /** One address, or several of servers that answer the same requests, comma separated. */
  readonly CLICKHOUSE_URL: string;
  readonly CLICKHOUSE_DATABASE: string;
  readonly CLICKHOUSE_USER: string;
  readonly CLICKHOUSE_PASSWORD: string;
  /** The following are for a cluster (cluster.ts). */
  readonly CLICKHOUSE_CLUSTER?: string;
  readonly CLICKHOUSE_UNSHARDED_CLUSTER?: string;
  readonly CLICKHOUSE_SHARD_BY?: ShardBy;
  readonly CLICKHOUSE_REPLICAS?: number;
}

export interface ClientOptions {
  readonly connections?: number;
  readonly requestTimeoutMs?: number;
  readonly keepIdleMs?: number;
  readonly settings?: Readonly<Record<string, number | string>>;
}

/**
 * How FINAL merges. ClickHouse applies conditions on columns of the sorting key before it, and no others: rows of one
 * key have the same values there. So it merges the rows of an organisation, or of a day, and not whole granules: a
 * quarter less time for the current usage of a typical organisation (87 instead of 118 ms on a busy machine), and 34
 * instead of 116 ms CPU for the usage of 500 organisations on a day among those of a month.
 *
 * All rows of a key are in one partition of every table, that of its month, day or quarter hour, so each is merged for
 * itself.
 */
const FINAL_BY_KEY = {
  optimize_move_to_prewhere_if_final: 1,
  do_not_merge_across_partitions_select_final: 1,
} as const;

/** The library's default. */
const KEEP_IDLE_MS = 2_500;

/**
 * Opens a client of ClickHouse; everything connects through this function.
 * @param application names the process in ClickHouse's query log
 * @param options.connections the most connections at a time; further queries wait for one of them
 * @param options.requestTimeoutMs fails a request whose connection has been silent this long, as when the server hangs
 * @param options.keepIdleMs how long an idle connection is kept, where the server does not name a shorter time
 * @param options.settings ClickHouse's, for every query
 */
export function connectClickHouse(
  config: ClickHouseConfig,
  application: string,
  {
    connections = 8,
    requestTimeoutMs = 60_000,
    keepIdleMs = KEEP_IDLE_MS,
    settings = {},
  }: ClientOptions = {},
): ClickHouseClient {
  const addresses = addressesOf(config);
  const [url = ''] = addresses;
  return createClient({
    url,
    ...(addresses.length > 1 && {
      http_agent: failoverAgent({ addresses, keepAlive: true, maxSockets: connections }),
    }),
    database: config.CLICKHOUSE_DATABASE,
    username: config.CLICKHOUSE_USER,
    password: config.CLICKHOUSE_PASSWORD,
    application,
    // The client throws its errors; it must not print them to the console as well.
    log: { level: ClickHouseLogLevel.OFF },
    request_timeout: requestTimeoutMs,
    max_open_connections: connections,
    // An event loop that was busy runs the client's timers late; without this an overdue connection is used again.
    keep_alive: { idle_socket_ttl: keepIdleMs, eagerly_destroy_stale_sockets: true },
    clickhouse_settings: {
      // On by default since ClickHouse 26.7. An acknowledged insert must be in the table, not in a buffer.
      async_insert: 0,
      // Sums stay below 2^53 (1,000,000 credits x 9e9 calls), so JSON numbers hold them exactly.
      output_format_json_quote_64bit_integers: 0,
      date_time_input_format: 'best_effort',
      session_timezone: 'UTC',
      // Parallel formatting takes 40 % of a small query's CPU time (SELECT 1: 1.7 ms with, 1.0 ms without).
      output_format_parallel_formatting: 0,
      // ClickHouse 26.7 keeps statistics of every column, and plans with those of every part of a table, also of those
      // that their partition excludes. Until a background task has cached them, five minutes after a start, reading them
      // took two thirds of the CPU time of a small query over 434 parts.
      use_statistics: 0,
      ...FINAL_BY_KEY,
      ...clusterSettings(config),
      ...settings,
    },
  });
}

/**
 * Opens a client of each server's own tables (cluster.ts): of the one server where there is no cluster. An ALTER ends
 * when all replicas have it: one that has not would reject the same ALTER as its turn comes (error 517).
 */
export const connectNodes = (config: ClickHouseConfig, application: string): ClickHouseClient[] =>
  nodesOf(config).map((node) => connectClickHouse(node, application, { settings: { alter_sync: 2 } }));

/** A row of a query does not match the schema in the code. Names the columns, not their values. */
export class UnexpectedRowError extends Error {
  readonly code = 'UNEXPECTED_ROW';
  constructor(errors: readonly ValidationError[], query: string) {
    const problems = errors.map(({ path, message }) => `${path === '' ? 'row' : path.slice(1)} ${message}`);
    super(
      `ClickHouse returned a row that does not match its schema (${problems.join('; ')}): ` +
        `fix the query or the schema. The query was: ${query.replaceAll(/\s+/g, ' ').trim()}`,
    );
    this.name = 'UnexpectedRowError';
  }
}

/** Whether the connection ended before an answer began, as when the server closes an idle one at that moment. */
const isConnectionLost = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');

/**
 * Runs a SELECT and returns its rows, each validated against the schema. A connection that is lost before the answer
 * begins is replaced once.
 * @param params values for {name:Type} in the SQL; never concatenate values into the SQL
 * @throws UnexpectedRowError
 */
export async function select<Schema extends TSchema>(
  client: ClickHouseClient,
  schema: Schema,
  query: string,
  params: Record<string, unknown> = {},
): Promise<Static<Schema>[]> {
  const rows: unknown[] = JSON.parse(await readText(client, query, params, AS_ARRAY));
  return rows.map(rowReader(schema, query));
}

/** The whole result of a SELECT in the format JSONEachRow. @param settings ClickHouse's, for this query */
export async function readText(
  client: ClickHouseClient,
  query: string,
  params: Record<string, unknown>,
  settings: Readonly<Record<string, number | string>>,
): Promise<string> {
  const read = () =>
    client.query({
      query,
      query_params: params,
      format: 'JSONEachRow',
      clickhouse_settings: { ...WHOLE_RESULT, ...settings },
    });
  // A SELECT changes nothing, so it can be sent twice.
  const result = await read().catch((error: unknown) => {
    if (isConnectionLost(error)) return read();
    throw error;
  });
  return result.text();
}

/**
 * The rows as one JSON array, a row a line. An answer that ClickHouse broke off lacks the end. Parsed at once, it takes
 * half of the CPU that the client's stream of rows takes.
 */
export const AS_ARRAY = { output_format_json_array_of_rows: 1 } as const;
/** D: as much as the API's max_result_bytes, as JSON. */
const RESULT_BUFFER_BYTES = 64_000_000;
/** A result, up to RESULT_BUFFER_BYTES, is answered when it is complete. */
export const WHOLE_RESULT = {
  // An error in the middle of a result is the error of the query, with its code: the answer has not begun.
  wait_end_of_query: 1,
  // Otherwise ClickHouse keeps a result beyond a megabyte in a file until its end, and where its disk is full the
  // answer is 200 and empty: a figure of 0.
  http_response_buffer_size: String(RESULT_BUFFER_BYTES),
} as const;

/** Validates the rows of a query. The function throws UnexpectedRowError. */
export function rowReader<Schema extends TSchema>(
  schema: Schema,
  query: string,
): (row: unknown) => Static<Schema> {
  const { check, validationErrors } = compiled(schema);
  return (row) => {
    if (check(row)) return row;
    throw new UnexpectedRowError(validationErrors(row), query);
  };
}
