import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { fastify } from 'fastify';
import { Type } from 'typebox';
import type { Caller } from '../../../api/auth/permissions.ts';
import { connectForCurrentUsage, connectForReading } from '../../../api/clickhouse.ts';
import { answerError } from '../../../api/problems/handlers.ts';
import { followRequests } from '../../../api/http/running-request.ts';
import { connectClickHouse, select, type ClickHouseClient } from '../../../platform/clickhouse/connect.ts';
import { until } from '../../until.ts';
import { serverAddresses } from '../../servers/addresses.ts';

/** Takes longer than any test waits, in blocks, so that it can be cancelled between them. */
const ENDLESS = 'SELECT count() AS n FROM numbers(100000000000) WHERE cityHash64(number) = 1';
const CountRow = Type.Object({ n: Type.Integer() });

const { clickhouseUrl, clickhouseUser, clickhousePassword } = serverAddresses();
const config = {
  CLICKHOUSE_URL: clickhouseUrl,
  CLICKHOUSE_DATABASE: 'default',
  CLICKHOUSE_USER: clickhouseUser,
  CLICKHOUSE_PASSWORD: clickhousePassword,
};
const watching: ClickHouseClient = connectClickHouse(config, 'test running requests');
let open = 0;
const reading = connectForReading(config, { onOpen: (change) => (open += change) });
const currentUsage = connectForCurrentUsage(config);
const TIMEOUT_MS = 1_500;
/** An API whose requests may take so long, but for those of routes that allow more. */
function apiWith(timeoutMs: number) {
  const app = fastify({ genReqId: (raw) => String(raw.headers['x-request-id']) });
  app.setErrorHandler(answerError);
  app.decorateRequest<Caller | null>('caller', null);
  app.addHook('onRequest', async (request) => {
    const userId = request.headers['x-user'];
    if (typeof userId === 'string') request.caller = { role: 'user', userId, orgIds: ['one'] };
  });
  followRequests(app, timeoutMs);
  // After a body was parsed, and a few calls deep.
  app.post('/endless', async () => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    return select(reading, CountRow, ENDLESS);
  });
  app.get('/endless', () => select(reading, CountRow, ENDLESS));
  app.get('/orgs/:org/endless', () => select(reading, CountRow, ENDLESS));
  app.get('/orgs/:org/current', () => select(currentUsage, CountRow, ENDLESS));
  app.get('/orgs/:org/quick', () => select(reading, CountRow, 'SELECT 1 AS n'));
  app.get('/patient', { handlerTimeout: 60_000 }, async () => {
    await new Promise((resolve) => setTimeout(resolve, TIMEOUT_MS * 1.2));
    return select(reading, CountRow, 'SELECT 1 AS n');
  });
  return app;
}
const hasty = apiWith(TIMEOUT_MS);
/** Its queries run until they are cancelled, however long a busy machine takes to see them. */
const patient = apiWith(60_000);

let hastyUrl = '';
let url = '';
beforeAll(async () => {
  hastyUrl = await hasty.listen({ host: '127.0.0.1', port: 0 });
  url = await patient.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await Promise.all([hasty.close(), patient.close()]);
  await reading.close();
  await currentUsage.close();
  await watching.close();
});

/** The number of queries that ClickHouse runs for a request. */
async function queriesOf(id: string): Promise<number> {
  const processes = `SELECT count() AS n FROM system.processes WHERE Settings['log_comment'] = {id:String}`;
  const [row] = await select(watching, CountRow, processes, { id });
  return row?.n ?? 0;
}

/** Much shorter than the 20 s that a query may take. */
const ENDED_WITHIN_MS = 8_000;

const METHODS = ['GET', 'POST'] as const;

async function send(
  api: string,
  method: (typeof METHODS)[number],
  id: string,
  signal?: AbortSignal,
): Promise<Response> {
  const body = method === 'POST' && { body: '{}' };
  const headers = { 'x-request-id': id, ...(body && { 'content-type': 'application/json' }) };
  return fetch(`${api}/endless`, { method, headers, ...body, ...(signal && { signal }) });
}

describe('a query', () => {
  it.each(METHODS)(
    'of a %s carries its request’s id, and ends when the client disconnects',
    async (method) => {
      const id = randomUUID();
      const client = new AbortController();
      const answer = send(url, method, id, client.signal);
      await until('ClickHouse runs it', async () => (await queriesOf(id)) === 1);
      expect(open).toBe(1);
      client.abort();
      await expect(answer).rejects.toThrow('abort');
      await until('ClickHouse has ended it', async () => (await queriesOf(id)) === 0, ENDED_WITHIN_MS);
      await until('it is counted as answered', async () => open === 0);
    },
  );

  it('of an answer that waits behind another ends when the client disconnects', async () => {
    const ids = Array.from({ length: 12 }, () => randomUUID());
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.write(ids.map((id) => `GET /endless HTTP/1.1\r\nhost: x\r\nx-request-id: ${id}\r\n\r\n`).join(''));
    await until('all queries run', async () => open === ids.length);
    socket.destroy();
    // Sooner than the limit of each query.
    await until('no query runs any more', async () => open === 0, ENDED_WITHIN_MS);
    expect(open).toBe(0);
  });

  it.each(METHODS)('of a %s ends when the request has taken too long, which is a 503', async (method) => {
    const id = randomUUID();
    const answer = await send(hastyUrl, method, id);
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ type: 'query-timeout' });
    await until('ClickHouse has ended it', async () => (await queriesOf(id)) === 0, ENDED_WITHIN_MS);
  });

  it('may take as long as its route allows, if that is longer', async () => {
    expect(await (await fetch(`${hastyUrl}/patient`)).json()).toEqual([{ n: 1 }]);
  });
});

/** Ended by the test. */
const ended = (): undefined => undefined;

const askAs = (user: string, signal: AbortSignal) =>
  fetch(`${url}/endless`, { headers: { 'x-user': user }, signal });

describe('eight requests of one subject', () => {
  it('run at once: a ninth is a 429 until one of them ends, and other subjects do not wait', async () => {
    const [first, later] = [new AbortController(), new AbortController()];
    const running = Array.from({ length: 8 }, () => askAs('ann', first.signal).catch(ended));
    await until('all of them run', async () => open === 8);
    const ninth = await askAs('ann', first.signal);
    expect(ninth.status).toBe(429);
    expect(ninth.headers.get('retry-after')).toBe('1');
    expect(await ninth.json()).toMatchObject({ type: 'too-many-requests' });
    running.push(askAs('bob', later.signal).catch(ended));
    await until('that of another subject runs too', async () => open === 9);
    first.abort();
    await until('theirs have ended', async () => open === 1);
    running.push(askAs('ann', later.signal).catch(ended));
    await until('a further one runs', async () => open === 2);
    later.abort();
    await Promise.all(running);
    await until('none runs any more', async () => open === 0);
  });
});

describe('the slow queries of one organisation', () => {
  const ids = Array.from({ length: 24 }, () => randomUUID());
  // Of different users, because one may run only eight.
  const slowOnes = (api: string, signal?: AbortSignal) =>
    ids.map((id) =>
      fetch(`${api}/orgs/busy/endless`, {
        headers: { 'x-user': id, 'x-request-id': id },
        ...(signal && { signal }),
      }),
    );

  it('wait for one another, and leave connections to the others', async () => {
    const client = new AbortController();
    const slow = slowOnes(url, client.signal).map((answer) => answer.catch(ended));
    await until('all of them are there', async () => open === ids.length);
    await until('some of them run', async () => (await Promise.all(ids.map(queriesOf))).includes(1));
    const quick = await fetch(`${url}/orgs/quiet/quick`, { headers: { 'x-user': 'ann' } });
    expect(await quick.json()).toEqual([{ n: 1 }]);
    await until('they are still there', async () => open === ids.length);
    const running = await Promise.all(ids.map(queriesOf));
    expect(running.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(4);
    client.abort();
    await Promise.all(slow);
    await until('none of them waits any more', async () => open === 0);
  });

  it('are a 503 once they have waited or run too long', async () => {
    for (const answer of await Promise.all(slowOnes(hastyUrl))) {
      expect(answer.status).toBe(503);
      expect(answer.headers.get('retry-after')).toBe('2');
    }
    await until('none of them waits any more', async () => open === 0);
  });
});

describe('reads of the current usage of one organisation', () => {
  it('run at once', async () => {
    const client = new AbortController();
    const ids = Array.from({ length: 4 }, () => randomUUID());
    const answers = ids.map((id) =>
      fetch(`${url}/orgs/busy/current`, {
        headers: { 'x-user': id, 'x-request-id': id },
        signal: client.signal,
      }).catch(ended),
    );
    await until('all of them run', async () =>
      (await Promise.all(ids.map(queriesOf))).every((count) => count === 1),
    );
    // Those that began while half of the connections were in use take no second core.
    const ofOneThread = `SELECT count() AS n FROM system.processes
      WHERE Settings['log_comment'] IN {ids:Array(String)} AND Settings['max_threads'] = '1'`;
    expect(await select(watching, CountRow, ofOneThread, { ids })).toEqual([{ n: 2 }]);
    client.abort();
    await Promise.all(answers);
  });
});
