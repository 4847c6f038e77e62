import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { addressesOf } from '../../platform/clickhouse/addresses.ts';
import { clusterSettings } from '../../platform/clickhouse/cluster.ts';
import type { ClickHouseConfig } from '../../platform/clickhouse/connect.ts';
import { failoverAgent } from '../../platform/clickhouse/failover-agent.ts';

const REQUEST_TIMEOUT_MS = 120_000;
const MAX_ANSWER_CHARACTERS = 600;

/** ClickHouse rejected an insert or did not acknowledge it. All or part of it may have landed. */
export class InsertError extends Error {
  readonly code = 'INSERT_NOT_ACKNOWLEDGED';
  constructor(table: string, status: number | undefined, answer: string) {
    super(`ClickHouse did not acknowledge an insert into ${table} (HTTP ${status}): ${answer}`);
    this.name = 'InsertError';
  }
}

/** ClickHouse did not answer an insert in time. It may have landed. */
export class InsertTimeoutError extends Error {
  readonly code = 'INSERT_TIMEOUT';
  constructor() {
    super(`ClickHouse did not answer an insert within ${REQUEST_TIMEOUT_MS} ms.`);
    this.name = 'InsertTimeoutError';
  }
}

const SETTINGS = {
  // An acknowledged insert is in the table and, by the tables' settings, on the disk; not in a buffer.
  async_insert: '0',
  // A backfill of a year has more days than the 100 partitions allowed by default.
  max_partitions_per_insert_block: '0',
  // A batch is inserted whole, one part for each of its days. Splitting it would be harmless but slower.
  max_insert_block_size: '2000000',
  // Merges and FINAL replace repeated rows; searching for them in each insert costs 0.4 CPU-s per million rows.
  optimize_on_insert: '0',
  date_time_input_format: 'best_effort',
};

/**
 * Inserts over kept-alive HTTP connections. They reach 1.0 of the speed at which ClickHouse reads a file; the streams
 * of @clickhouse/client reach 0.79.
 */
export class Inserts {
  readonly #url: URL;
  readonly #headers: Record<string, string>;
  readonly #settings: Readonly<Record<string, string>>;
  readonly #agent: HttpAgent;
  readonly #request: typeof httpRequest;

  constructor(config: ClickHouseConfig) {
    const addresses = addressesOf(config);
    this.#url = new URL(addresses[0] ?? '');
    const ofCluster = Object.entries(clusterSettings(config)).map(([name, value]) => [name, String(value)]);
    this.#settings = { ...SETTINGS, ...Object.fromEntries(ofCluster) };
    this.#headers = {
      'X-ClickHouse-User': config.CLICKHOUSE_USER,
      'X-ClickHouse-Key': config.CLICKHOUSE_PASSWORD,
      'X-ClickHouse-Database': config.CLICKHOUSE_DATABASE,
      'User-Agent': 'api-credits consumer',
    };
    const isTls = this.#url.protocol === 'https:';
    const options = { keepAlive: true, maxSockets: 8 };
    if (addresses.length > 1) this.#agent = failoverAgent({ ...options, addresses });
    else this.#agent = isTls ? new HttpsAgent(options) : new HttpAgent(options);
    this.#request = isTls ? httpsRequest : httpRequest;
  }

  /**
   * Resolves when ClickHouse has acknowledged the insert. Do not change the pieces of the body before that.
   * @param columns comma separated, a constant of the caller. @param body in the format
   * @throws InsertError, InsertTimeoutError, or the connection's error
   */
  insert(table: string, columns: string, format: string, body: readonly Buffer[]): Promise<void> {
    return this.#insert(table, `INSERT INTO ${table} (${columns}) FORMAT ${format}`, body);
  }

  async #insert(table: string, query: string, body: readonly Buffer[]): Promise<void> {
    const url = new URL(this.#url);
    for (const [name, value] of Object.entries({ ...this.#settings, query }))
      url.searchParams.set(name, value);
    const size = body.reduce((sum, piece) => sum + piece.length, 0);
    const answer = await this.#post(url, size, body);
    const text = await textOf(answer);
    if (answer.statusCode !== 200 || answer.headers['x-clickhouse-exception-code'] !== undefined) {
      throw new InsertError(table, answer.statusCode, text);
    }
  }

  /** Inserts JSON objects that have the same keys in the same order; for the small tables. */
  async insertRows(table: string, rows: readonly object[]): Promise<void> {
    const [first] = rows;
    if (!first) return;
    await this.insert(table, Object.keys(first).join(', '), 'JSONEachRow', [linesOf(rows)]);
  }

  /**
   * Inserts what ClickHouse computes of JSON objects.
   * @param columns of the table, by name: the type of the objects' value, and the expression to insert, where that is
   *   not the value itself; constants of the caller
   */
  async insertComputed(
    table: string,
    columns: Readonly<Record<string, { readonly type: string; readonly as?: string }>>,
    rows: readonly object[],
  ): Promise<void> {
    if (rows.length === 0) return;
    const entries = Object.entries(columns);
    const structure = entries.map(([name, { type }]) => `${name} ${type}`).join(', ');
    const expressions = entries.map(([name, { as = name }]) => as).join(', ');
    const query = `INSERT INTO ${table} (${Object.keys(columns).join(', ')})
      SELECT ${expressions} FROM input('${structure.replaceAll("'", "\\'")}') FORMAT JSONEachRow`;
    await this.#insert(table, query, [linesOf(rows)]);
  }

  close(): void {
    this.#agent.destroy();
  }

  #post(url: URL, size: number, body: readonly Buffer[]): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const headers = { ...this.#headers, 'Content-Length': size };
      const request = this.#request(url, { method: 'POST', headers, agent: this.#agent }, resolve);
      request.setTimeout(REQUEST_TIMEOUT_MS, () => request.destroy(new InsertTimeoutError()));
      request.on('error', reject);
      request.cork();
      for (const piece of body) request.write(piece);
      request.end();
    });
  }
}

const linesOf = (rows: readonly object[]): Buffer =>
  Buffer.from(rows.map((row) => JSON.stringify(row)).join('\n'), 'utf8');

async function textOf(answer: IncomingMessage): Promise<string> {
  let text = '';
  for await (const piece of answer) text += String(piece).slice(0, MAX_ANSWER_CHARACTERS - text.length);
  return text;
}
