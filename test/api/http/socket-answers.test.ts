import { Value } from 'typebox/value';
import { PROBLEM_MEDIA_TYPE, ProblemSchema } from '../../../api/problems/schema.ts';
import { listenWithoutServers } from '../api-without-servers.ts';

let api: Awaited<ReturnType<typeof listenWithoutServers>>;
beforeAll(async () => {
  api = await listenWithoutServers();
});
afterAll(() => api.close());

const lines = (...all: readonly string[]): string => [...all, '', ''].join('\r\n');
const CLOSE = 'connection: close';
const CHUNKED = ['transfer-encoding: chunked', 'content-type: application/json'];

describe('a request that Node would answer, or cut off, by itself gets a problem document', () => {
  it.each([
    ['without Host', 400, lines('GET /healthz HTTP/1.1', CLOSE)],
    ['without Host, at an unknown address', 400, lines('GET /nothing HTTP/1.1', CLOSE)],
    ['without Host, of another method', 400, lines('POST /healthz HTTP/1.1', CLOSE)],
    ['with two Hosts', 400, lines('GET /healthz HTTP/1.1', 'host: a', 'Host: b', CLOSE)],
    ['with an invalid Host', 400, lines('GET /healthz HTTP/1.1', 'host: a b/c', CLOSE)],
    ['with an unknown expectation', 417, lines('GET /healthz HTTP/1.1', 'host: x', 'expect: tea', CLOSE)],
    ['that asks for a tunnel', 405, lines('CONNECT x:443 HTTP/1.1', 'host: x:443')],
    ['that is not HTTP', 400, lines('HELLO')],
    ['that begins TLS', 400, '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003'],
    ['of HTTP/2', 400, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    [
      'with a length and chunks',
      400,
      lines('POST /v1/orgs HTTP/1.1', 'host: x', 'content-length: 1', ...CHUNKED),
    ],
    [
      'with two lengths',
      400,
      lines('POST /v1/orgs HTTP/1.1', 'host: x', 'content-length: 1', 'content-length: 2'),
    ],
    ['with an invalid header', 400, lines('GET /healthz HTTP/1.1', 'host: x', 'a b: c')],
    ['with headers of 20 KB', 431, lines('GET /healthz HTTP/1.1', 'host: x', `a: ${'x'.repeat(20_000)}`)],
    ['of an unknown method', 400, lines('BREW /healthz HTTP/1.1', 'host: x')],
  ])('%s: %d', async (_, status, request) => {
    const answer = await api.exchange(request);
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject({
      'content-type': PROBLEM_MEDIA_TYPE,
      'content-length': String(Buffer.byteLength(answer.body)),
      'cache-control': 'no-store',
      connection: 'close',
    });
    expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(Date.parse(answer.headers['date'] ?? '')).toBeGreaterThan(0);
    expect(Value.Check(ProblemSchema, JSON.parse(answer.body))).toBe(true);
    expect(JSON.parse(answer.body)).toMatchObject({ status });
  });

  it('that Node’s own timeout ends: 408', async () => {
    const slow = await listenWithoutServers();
    slow.app.server.once('connection', (socket) => {
      const timeout = Object.assign(new Error('Request timeout'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
      socket.once('data', () => slow.app.server.emit('clientError', timeout, socket));
    });
    const answer = await slow.exchange('GET /healthz HTTP/1.1\r\nhost:');
    expect(answer).toMatchObject({ status: 408, headers: { 'content-type': PROBLEM_MEDIA_TYPE } });
    expect(JSON.parse(answer.body)).toMatchObject({ type: 'request-timeout' });
    await slow.close();
  });

  it('CONNECT keeps a safe x-request-id', async () => {
    const { headers } = await api.exchange(lines('CONNECT x:1 HTTP/1.1', 'host: x:1', 'x-request-id: mine'));
    expect(headers).toMatchObject({ 'x-request-id': 'mine', allow: expect.stringContaining('HEAD') });
  });
});

describe('a request that is only unusual is served', () => {
  it.each([
    ['HTTP/1.0 without Host', lines('GET /healthz HTTP/1.0')],
    ['HTTP/1.0 with Expect, which it does not know', lines('GET /healthz HTTP/1.0', 'expect: tea')],
    ['an empty Host', lines('GET /healthz HTTP/1.1', 'host:', CLOSE)],
    ['an IPv6 Host', lines('GET /healthz HTTP/1.1', 'host: [::1]:8080', CLOSE)],
    ['a whole URL', lines('GET http://x.example/healthz?a=b HTTP/1.1', 'host: x.example', CLOSE)],
    ['a bare line feed before it', `\r\n${lines('GET /healthz HTTP/1.1', 'host: x', CLOSE)}`],
    [
      'Upgrade: websocket',
      lines('GET /healthz HTTP/1.1', 'host: x', 'upgrade: websocket', 'connection: upgrade, close'),
    ],
    ['Upgrade: h2c', lines('GET /healthz HTTP/1.1', 'host: x', 'upgrade: h2c', 'connection: upgrade, close')],
  ])('%s', async (_, request) => {
    expect(await api.exchange(request)).toMatchObject({ status: 200, body: '{"status":"up"}' });
  });

  it('Expect: 100-continue', async () => {
    const body = '{}';
    const head = ['POST /v1/orgs HTTP/1.1', 'host: x', 'Expect: 100-Continue', CLOSE];
    const answer = await api.exchange(`${lines(...head, 'content-length: 2')}${body}`);
    expect(answer.text).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 401 /);
  });
});

describe('a malformed request on a connection', () => {
  it('is answered after the requests before it, whose answers it does not take', async () => {
    const good = lines('GET /openapi.json HTTP/1.1', 'host: x');
    const { text } = await api.exchange(`${good}${good}HELLO\r\n\r\n`);
    expect(text.match(/HTTP\/1\.1 \d{3}/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 200', 'HTTP/1.1 400']);
  });

  it('in its body gets the answer of its own request', async () => {
    const claimed = lines('POST /v1/orgs HTTP/1.1', 'host: x', ...CHUNKED);
    const { text } = await api.exchange(`${claimed}zz\r\n`);
    expect(text.match(/HTTP\/1\.1 \d{3}/g)).toHaveLength(1);
  });
});
