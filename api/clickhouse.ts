import {
  connectClickHouse,
  WHOLE_RESULT,
  type ClickHouseClient,
  type ClickHouseConfig,
} from '../platform/clickhouse/connect.ts';
import { prioritySettings } from '../platform/clickhouse/priorities.ts';
import { FairShare } from './http/fair-share.ts';
import { runningRequest } from './http/running-request.ts';

/** D: rows of one answer. Larger breakdowns need pages. */
export const MAX_ANSWER_ROWS = 50_000;
/** Shorter than a request may take: see HANDLER_TIMEOUT_MS in api/app.ts. */
const QUERY_SECONDS = 20;
/** Longer than a query may take: a query that several requests share ends by its own limit first. */
export const REQUEST_TIMEOUT_MS = QUERY_SECONDS * 1_000 + 2_000;
/**
 * D, the default of CLICKHOUSE_QUERIES: four for each of two cores. More queries at once only wait for each other: with
 * 16 of them for 50 dashboards that keep two cores busy, as many answers a second came, p50 of these was 176 instead of
 * 101 to 155 ms, and p99 of current usage 285 instead of 93 to 130 ms.
 */
export const QUERIES = 8;
/** D: at least. Every answer needs one of them for its basis: with two, answers waited while a core was free. */
const CURRENT_USAGE_QUERIES = 4;
const PROBE_CONNECTIONS = 2;

/** The limits that ClickHouse enforces on every query of the API. */
export const LIMITS = {
  // Reads only. 2 instead of 1, because queries set settings of their own.
  readonly: 2,
  max_execution_time: QUERY_SECONDS,
  max_memory_usage: 2_000_000_000,
  max_result_rows: MAX_ANSWER_ROWS,
  // More than the largest page of api/usage/ reads; an answer with larger texts needs pages.
  max_result_bytes: 32_000_000,
  result_overflow_mode: 'throw',
  ...WHOLE_RESULT,
  // Otherwise a query keeps running after its client has gone.
  cancel_http_readonly_queries_on_client_close: 1,
};

/**
 * Of a query that begins while half of the queries of its connection run: of reports, by default, two for each core. With
 * a second thread it takes up to a quarter more CPU, and is only faster where a core is free. With ten readers of reports
 * and current usage on two cores, 8 % more queries a second were answered, and those of current usage in two thirds of the
 * time.
 */
const ONE_THREAD = { max_threads: 1 } as const;

/** D: one organisation's slow queries leave two thirds to the others; current usage has as many beside the reports. */
const thirdOf = (queries: number): number => Math.max(1, Math.floor(queries / 3));

interface ReadingOptions {
  /** Called with 1 when a query begins and with -1 when it ends. */
  readonly onOpen?: (change: 1 | -1) => void;
  /** At once; further ones wait. */
  readonly queries?: number;
  /** Those of one organisation. */
  readonly ofOneOrg?: number;
  readonly work?: Parameters<typeof prioritySettings>[0];
}

/**
 * The API's connection, which bounds the cost of every query, and the number of queries at once of one organisation. A query ends with its request, and carries the
 * request's id as log_comment into ClickHouse's system.processes and system.query_log (the embedded server keeps no
 * query_log). The id is not the query id: that must be unique, and a request makes several queries.
 */
export function connectForReading(
  config: ClickHouseConfig,
  {
    onOpen = () => undefined,
    queries = QUERIES,
    ofOneOrg = thirdOf(queries),
    work = 'reports',
  }: ReadingOptions = {},
): ClickHouseClient {
  const client = connectClickHouse(config, 'api-credits api', {
    connections: queries,
    settings: { ...LIMITS, ...prioritySettings(work) },
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
  });
  const query = client.query.bind(client);
  const shares = new FairShare({ slots: ofOneOrg, waitMs: 10_000, maxWaiting: 200 });
  let running = 0;
  client.query = async (params) => {
    onOpen(1);
    try {
      const request = runningRequest();
      if (request === undefined) return await query(params);
      // The client ignores a signal that was aborted before.
      request.signal.throwIfAborted();
      const { abort_signal: own, clickhouse_settings: settings } = params;
      const run = async () => {
        running += 1;
        const threads = running > queries / 2 ? ONE_THREAD : {};
        try {
          return await query({
            ...params,
            abort_signal: own === undefined ? request.signal : AbortSignal.any([own, request.signal]),
            clickhouse_settings: { ...threads, ...settings, log_comment: request.id },
          });
        } finally {
          running -= 1;
        }
      };
      const { holder, signal } = request;
      return await (holder === undefined ? run() : shares.run(holder, signal, run));
    } finally {
      onOpen(-1);
    }
  };
  return client;
}

/** The connection of probes and metrics, which must not wait behind other queries. */
export const connectForProbing = (config: ClickHouseConfig): ClickHouseClient =>
  connectForReading(config, { queries: PROBE_CONNECTIONS, work: 'current usage' });

/** The connection of current usage and the settings, which must not wait behind reports, here or in ClickHouse. */
export const connectForCurrentUsage = (
  config: ClickHouseConfig,
  { queries: reports = QUERIES, onOpen }: Pick<ReadingOptions, 'queries' | 'onOpen'> = {},
): ClickHouseClient => {
  const queries = Math.max(CURRENT_USAGE_QUERIES, thirdOf(reports));
  // These are short: an organisation's own do not wait for each other.
  return connectForReading(config, {
    queries,
    ofOneOrg: queries,
    work: 'current usage',
    ...(onOpen && { onOpen }),
  });
};
