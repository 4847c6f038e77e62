import { Type } from 'typebox';
import { connectClickHouse, type ClickHouseClient } from '../../../platform/clickhouse/connect.ts';
import { IncompleteResultError, selectChunks } from '../../../platform/clickhouse/select-chunks.ts';
import { openNamespace } from '../../servers/namespace.ts';
import { startEndingProxy } from './ending-proxy.ts';

const Row = Type.Object({ number: Type.Integer(), text: Type.String() });
const ROWS = 200_000;
const NUMBERS = `SELECT number, concat('],\n[', toString(number)) AS text FROM numbers`;

describe('a result in chunks', () => {
  const { settings } = openNamespace('chunks');
  const config = { ...settings, CLICKHOUSE_DATABASE: 'default' };
  let client: ClickHouseClient;
  beforeAll(() => {
    client = connectClickHouse(config, 'test chunks');
  });
  afterAll(() => client.close());

  /** @returns how many rows came, and in how many chunks, before the end or the error */
  async function read(query: string, by = client) {
    let [rows, chunks, error]: [number, number, unknown] = [0, 0, undefined];
    const wrong: unknown[] = [];
    try {
      for await (const chunk of selectChunks(by, Row, query)) {
        for (const row of chunk) {
          if (row.number !== rows || row.text !== `],\n[${rows}`) wrong.push(row);
          rows += 1;
        }
        chunks += 1;
      }
    } catch (thrown) {
      error = thrown;
    }
    expect(wrong).toEqual([]);
    return { rows, chunks, error };
  }

  it('has every row once and in order, also none', async () => {
    const all = await read(`${NUMBERS}(${ROWS})`);
    expect(all).toMatchObject({ rows: ROWS, error: undefined });
    expect(all.chunks).toBeGreaterThan(2);
    expect(await read(`${NUMBERS}(0)`)).toMatchObject({ rows: 0, error: undefined });
    expect(await read(`${NUMBERS}(1)`)).toMatchObject({ rows: 1, error: undefined });
  });

  it('ends with the error of a query that fails after its first rows', async () => {
    const failing = `${NUMBERS}(${ROWS}) WHERE throwIf(number = ${ROWS - 1}, 'in the middle') = 0 SETTINGS max_block_size = 1000, max_threads = 1`;
    const { rows, error } = await read(failing);
    expect(rows).toBeGreaterThan(0);
    expect(rows).toBeLessThan(ROWS);
    expect(String(error)).toContain('in the middle');
  });

  it.each([0, 1, 1_000, 1_000_000])(
    'is not complete where the answer ends as one does after %s bytes',
    async (bytes) => {
      const proxy = await startEndingProxy(config.CLICKHOUSE_URL, bytes);
      const through = connectClickHouse({ ...config, CLICKHOUSE_URL: proxy.url }, 'test chunks');
      try {
        const { rows, error } = await read(`${NUMBERS}(${ROWS})`, through);
        expect(error).toBeInstanceOf(IncompleteResultError);
        expect(rows).toBeLessThan(ROWS);
      } finally {
        await through.close();
        await proxy.close();
      }
    },
  );
});
