import {
  connectClickHouse,
  type ClickHouseClient,
  type ClickHouseConfig,
} from '../platform/clickhouse/connect.ts';
import { prioritySettings } from '../platform/clickhouse/priorities.ts';
import { LIMITS, REQUEST_TIMEOUT_MS } from './clickhouse.ts';
import { FairShare } from './http/fair-share.ts';
import { runningRequest } from './http/running-request.ts';

/** D: as many lines as a spreadsheet holds. */
const MAX_ROWS = 1_000_000;
/**
 * ClickHouse keeps what a result has beyond its buffer (WHOLE_RESULT) in a file until it has been read. Where its disk is
 * full it answers 200 with what is in the buffer alone (26.7): selectChunks rejects such an answer.
 */
const MAX_BYTES = 1_000_000_000;
/** D: one organisation leaves three quarters of these connections to the others too. */
const SHARE = { slots: 2, waitMs: 10_000, maxWaiting: 20 };
const CONNECTIONS = 8;

/**
 * The connection of files that are larger than an answer. A slow reader holds one as long as it reads, so it is none of
 * those that other answers need. An organisation's slot is free again once the result has been closed.
 */
export function connectForDownloads(config: ClickHouseConfig): ClickHouseClient {
  const client = connectClickHouse(config, 'api-credits api downloads', {
    connections: CONNECTIONS,
    settings: {
      ...LIMITS,
      ...prioritySettings('reports'),
      max_result_rows: MAX_ROWS,
      max_result_bytes: MAX_BYTES,
    },
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
  });
  const query = client.query.bind(client);
  const shares = new FairShare(SHARE);
  client.query = async (params) => {
    const request = runningRequest();
    if (request === undefined) throw new Error('A download belongs to a request.');
    const { id, signal, holder = '' } = request;
    const release = await shares.hold(holder, signal);
    try {
      const result = await query({
        ...params,
        abort_signal: signal,
        clickhouse_settings: { ...params.clickhouse_settings, log_comment: id },
      });
      const close = result.close.bind(result);
      result.close = () => {
        release();
        close();
      };
      return result;
    } catch (error) {
      release();
      throw error;
    }
  };
  return client;
}
