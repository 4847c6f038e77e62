import {
  connectClickHouse,
  type ClickHouseClient,
  type ClickHouseConfig,
} from '../platform/clickhouse/connect.ts';
import { runningRequest } from './http/running-request.ts';

/** D: rows of one answer; larger breakdowns are for an export. */
export const MAX_ANSWER_ROWS = 50_000;
/** Less than what a request has: see HANDLER_TIMEOUT_MS in api/app.ts. */
const QUERY_SECONDS = 20;
/** More than a query may take: nobody's request ends what several share. */
const SILENCE_MS = QUERY_SECONDS * 1_000 + 2_000;
/** Twice what one subject's requests keep busy where each makes one query at a time. */
const CONNECTIONS = 16;
const PROBE_CONNECTIONS = 2;

/** What ClickHouse holds every query of the API to. */
const LIMITS = {
  // Reads only; 2 instead of 1, as queries bring settings of their own.
  readonly: 2,
  max_execution_time: QUERY_SECONDS,
  max_memory_usage: 2_000_000_000,
  max_result_rows: MAX_ANSWER_ROWS,
  result_overflow_mode: 'throw',
  // The status of the answer tells of an error in the middle of it.
  wait_end_of_query: 1,
  // Otherwise a query runs on for nobody.
  cancel_http_readonly_queries_on_client_close: 1,
};

/**
 * The API's connection: what a request may cost is bounded before it is sent. A query ends with the request it is
 * made for, and carries its id as log_comment into ClickHouse's system.query_log (where there is one: the embedded
 * server keeps none) and system.processes. Not as query id, which must be unique, and a request makes several.
 * @param onOpen is told when a query begins (1) and when it has been answered (-1)
 */
export function connectForReading(
  config: ClickHouseConfig,
  onOpen: (change: 1 | -1) => void = () => undefined,
  connections = CONNECTIONS,
): ClickHouseClient {
  const url = new URL(config.CLICKHOUSE_URL);
  // The client takes settings from its address as well.
  for (const [name, value] of Object.entries(LIMITS)) url.searchParams.set(`ch_${name}`, String(value));
  const client = connectClickHouse({ ...config, CLICKHOUSE_URL: url.href }, 'api-credits api', {
    connections,
    requestTimeoutMs: SILENCE_MS,
  });
  const query = client.query.bind(client);
  client.query = async (params) => {
    onOpen(1);
    try {
      const request = runningRequest();
      if (request === undefined) return await query(params);
      // The client only looks for what happens from now on.
      request.signal.throwIfAborted();
      const { abort_signal: own, clickhouse_settings: settings } = params;
      return await query({
        ...params,
        abort_signal: own === undefined ? request.signal : AbortSignal.any([own, request.signal]),
        clickhouse_settings: { ...settings, log_comment: request.id },
      });
    } finally {
      onOpen(-1);
    }
  };
  return client;
}

/** For probes and metrics, which must not wait until others' queries are answered. */
export const connectForProbing = (config: ClickHouseConfig): ClickHouseClient =>
  connectForReading(config, undefined, PROBE_CONNECTIONS);
