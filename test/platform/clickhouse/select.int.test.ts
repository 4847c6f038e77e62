import { connect, createServer } from 'node:net';
import { ClickHouseError } from '@clickhouse/client';
import { Type } from 'typebox';
import {
  connectClickHouse,
  select,
  UnexpectedRowError,
  type ClickHouseClient,
} from '../../../platform/clickhouse/connect.ts';
import { openNamespace } from '../../servers/namespace.ts';

const Row = Type.Object({ org_id: Type.String(), used: Type.Integer({ minimum: 0 }) });

describe('select', () => {
  const namespace = openNamespace('select');
  let client: ClickHouseClient;
  beforeAll(() => {
    client = connectClickHouse({ ...namespace.settings, CLICKHOUSE_DATABASE: 'default' }, 'test select');
  });
  afterAll(() => client.close());

  it('returns rows that match their schema', async () => {
    const rows = await select(client, Row, 'SELECT {org:String} AS org_id, 7 AS used', { org: 'acme' });
    expect(rows).toEqual([{ org_id: 'acme', used: 7 }]);
  });

  it('returns no rows, and those of any text', async () => {
    expect(await select(client, Row, `SELECT 'acme' AS org_id, 7 AS used WHERE 0`)).toEqual([]);
    const org = 'line\nbreak\r\n__exception__\r\n ]\u2028"ü';
    expect(await select(client, Row, 'SELECT {org:String} AS org_id, 7 AS used', { org })).toEqual([
      { org_id: org, used: 7 },
    ]);
  });

  it('throws the error of a query that fails after its first rows', async () => {
    const query = `SELECT 'acme' AS org_id, number AS used FROM numbers(200000)
      WHERE throwIf(number = 199999, 'at the end') = 0 SETTINGS max_block_size = 1000, max_threads = 1`;
    const error: unknown = await select(client, Row, query).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ClickHouseError);
    expect(error).toMatchObject({ message: expect.stringContaining('at the end') });
  });

  it.each<[number, unknown]>([
    [1, 7],
    [2, expect.stringMatching(/^(socket hang up|(read|write) (ECONNRESET|EPIPE))$/)],
  ])('asks once more when a connection is lost before the answer: %s lost', async (losses, expected) => {
    const proxy = await startLossyProxy(namespace.settings.CLICKHOUSE_URL, losses);
    const settings = { ...namespace.settings, CLICKHOUSE_DATABASE: 'default', CLICKHOUSE_URL: proxy.url };
    const through = connectClickHouse(settings, 'test select');
    try {
      const answer = select(through, Row, `SELECT 'acme' AS org_id, 7 AS used`).then(
        ([row]) => row?.used,
        (error: unknown) => error instanceof Error && error.message,
      );
      expect(await answer).toEqual(expected);
      expect(proxy.lost()).toBe(losses);
    } finally {
      await through.close();
      proxy.close();
    }
  });

  it.each([
    ['an invalid column', `SELECT {org:String} AS org_id, -5 AS used`, 'used must be >= 0'],
    ['a missing column', `SELECT {org:String} AS org_id`, 'row must have required properties used'],
  ])('names %s, and no value of the row', async (_, query, problem) => {
    const reading = select(client, Row, query, { org: 'secret org' });
    await expect(reading).rejects.toThrow(UnexpectedRowError);
    await expect(reading).rejects.toThrow(problem);
    await expect(reading).rejects.not.toThrow('secret org');
  });
});

/** Passes everything on to the server, except that it closes the first connections when a request arrives on them. */
async function startLossyProxy(url: string, losses: number) {
  const { port, hostname } = new URL(url);
  let lost = 0;
  const proxy = createServer((socket) => {
    if (lost < losses) {
      lost += 1;
      socket.once('data', () => socket.destroy());
      return;
    }
    const server = connect(Number(port), hostname);
    socket.pipe(server).pipe(socket);
    server.on('error', () => socket.destroy());
    socket.on('error', () => server.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const address = proxy.address();
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port.');
  return { url: `http://127.0.0.1:${address.port}`, lost: () => lost, close: () => proxy.close() };
}
