import { connectClickHouse, type ClickHouseClient, type ClickHouseConfig } from '../deploy/clickhouse.ts';

/** D: rows of one answer; larger breakdowns are for an export. */
export const MAX_ANSWER_ROWS = 50_000;
/** Less than what a request has: see HANDLER_TIMEOUT_MS in api/app.ts. */
const QUERY_SECONDS = 20;

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
};

/** The API's connection: what a request may cost is bounded before it is sent. */
export function connectForReading(config: ClickHouseConfig): ClickHouseClient {
  const url = new URL(config.CLICKHOUSE_URL);
  // The client takes settings from its address as well.
  for (const [name, value] of Object.entries(LIMITS)) url.searchParams.set(`ch_${name}`, String(value));
  return connectClickHouse({ ...config, CLICKHOUSE_URL: url.href }, 'api-credits api');
}
