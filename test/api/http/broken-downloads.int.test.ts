import { once } from 'node:events';
import { connect } from 'node:net';
import { fastify } from 'fastify';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { compressAnswers } from '../../../api/http/compression.ts';
import { sendCsvFile } from '../../../api/http/csv-file.ts';
import { answerError } from '../../../api/problems/handlers.ts';
import { connectClickHouse } from '../../../platform/clickhouse/connect.ts';
import { selectChunks } from '../../../platform/clickhouse/select-chunks.ts';
import { serverAddresses } from '../../servers/addresses.ts';

const ROWS = 400_000;
const Row = Type.Object({ number: Type.Integer(), text: Type.String() });
const { clickhouseUrl, clickhouseUser, clickhousePassword } = serverAddresses();
/** It streams its results, so that a query can fail after its first rows have been sent. */
const client = connectClickHouse(
  {
    CLICKHOUSE_URL: clickhouseUrl,
    CLICKHOUSE_DATABASE: 'default',
    CLICKHOUSE_USER: clickhouseUser,
    CLICKHOUSE_PASSWORD: clickhousePassword,
  },
  'test broken downloads',
);
const app = fastify().withTypeProvider<TypeBoxTypeProvider>();
app.setErrorHandler(answerError);

let url = '';
beforeAll(async () => {
  await compressAnswers(app);
  app.get('/files/:failing', (request, reply) => {
    const failing = Number(Object(request.params).failing);
    const query =
      `SELECT number, hex(sipHash128(number)) AS text FROM numbers(${ROWS}) ` +
      `WHERE throwIf(number = ${failing}) = 0 SETTINGS max_block_size = 1000, max_threads = 1`;
    return sendCsvFile(reply, {
      name: ['numbers'],
      columns: ['number', 'text'],
      chunks: selectChunks(client, Row, query),
    });
  });
  url = await app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await app.close();
  await client.close();
});

const [NOT, AT_ONCE, LATE] = [ROWS, 0, ROWS - 1_000];

/** What a client has got when the transfer is over, and the error with which it ended. */
async function fetchAll(failing: number, encoding: string) {
  const answer = await fetch(`${url}/files/${failing}`, { headers: { 'accept-encoding': encoding } });
  let bytes = 0;
  try {
    for await (const chunk of answer.body ?? []) bytes += chunk.length;
    return { status: answer.status, bytes, error: undefined };
  } catch (error) {
    return { status: answer.status, bytes, error };
  }
}

/** The same of a client that takes the end of the connection for the end of the file. */
async function fetchByHttp10(failing: number) {
  const { port } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.write(`GET /files/${failing} HTTP/1.0\r\n\r\n`);
  let text = '';
  socket.on('data', (data) => (text += data.toString()));
  const error = await once(socket, 'end').then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  socket.destroy();
  return { text, error };
}

describe('a download whose query fails', () => {
  it.each(['identity', 'gzip', 'br'])('after its first rows breaks off (%s)', async (encoding) => {
    const whole = await fetchAll(NOT, encoding);
    expect(whole).toMatchObject({ status: 200, error: undefined });
    const broken = await fetchAll(LATE, encoding);
    expect(broken.status).toBe(200);
    expect(broken.error).toBeInstanceOf(Error);
    expect(broken.bytes).toBeLessThan(whole.bytes);
  });

  it('after its first rows has no clean end by HTTP/1.0 either', async () => {
    const whole = await fetchByHttp10(NOT);
    expect(whole.error).toBeUndefined();
    expect(whole.text.match(/\n/g)?.length).toBeGreaterThan(ROWS);
    const broken = await fetchByHttp10(LATE);
    expect(broken.text).toMatch(/^HTTP\/1\.1 200 /);
    expect(broken.error).toMatchObject({ code: 'ECONNRESET' });
  });

  it('before its first rows gets a status of its own', async () => {
    const answer = await fetch(`${url}/files/${AT_ONCE}`);
    expect(answer.status).toBe(500);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    await answer.text();
  });
});
