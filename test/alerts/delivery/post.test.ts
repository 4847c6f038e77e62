import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import { post } from '../../../alerts/delivery/post.ts';

const servers: Server[] = [];
afterAll(() => Promise.all(servers.map((server) => once(server.close(), 'close'))));

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/hook`;
}

const OPTIONS = {
  headers: { 'webhook-id': 'msg_1' },
  body: '{"a":"ü"}',
  timeoutMs: 5_000,
  isAnyTarget: true,
};

describe('one POST to a receiver', () => {
  it('sends the body and the headers, and is delivered by any 2xx', async () => {
    const got: { headers: IncomingHttpHeaders; body: string }[] = [];
    const url = await serve((request, response) => {
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => {
        got.push({ headers: request.headers, body: Buffer.concat(pieces).toString() });
        response.writeHead(204).end();
      });
    });
    expect(await post(url, OPTIONS)).toEqual({ isDelivered: true, status: 204, error: '', isGone: false });
    expect(got).toMatchObject([
      { headers: { 'webhook-id': 'msg_1', 'content-length': '10' }, body: OPTIONS.body },
    ]);
  });

  it.each([
    [301, false],
    [400, false],
    [410, true],
    [500, false],
  ])('is not delivered by %i, and follows nothing', async (status, isGone) => {
    let requests = 0;
    const url = await serve((_request, response) => {
      requests += 1;
      response.writeHead(status, { location: '/elsewhere' }).end();
    });
    expect(await post(url, OPTIONS)).toEqual({ isDelivered: false, status, error: `HTTP ${status}`, isGone });
    expect(requests).toBe(1);
  });

  it('gives up on a receiver that does not answer, or answers without an end', async () => {
    const silent = await serve(() => undefined);
    expect(await post(silent, { ...OPTIONS, timeoutMs: 300 })).toMatchObject({
      isDelivered: false,
      status: 0,
      error: 'no answer within 300 ms',
    });
    const endless = await serve((_request, response) => {
      response.writeHead(200);
      response.write('x'.repeat(100_000));
    });
    expect(await post(endless, OPTIONS)).toMatchObject({ isDelivered: true, status: 200 });
  });

  it('fails where nothing listens', async () => {
    expect(await post('http://127.0.0.1:1/', OPTIONS)).toMatchObject({
      isDelivered: false,
      status: 0,
      error: expect.stringContaining('ECONNREFUSED'),
    });
  });
});

describe('where only public addresses are allowed', () => {
  const only = { ...OPTIONS, isAnyTarget: false };

  it.each([
    ['http://example.org/', 'The URL is not https'],
    ['https://127.0.0.1/', '127.0.0.1 is not public'],
    ['https://2130706433/', '127.0.0.1 is not public'],
    ['https://0x7f.1/', '127.0.0.1 is not public'],
    ['https://[::1]/', '::1 is not public'],
    ['https://[::ffff:10.0.0.1]/', 'is not public'],
    ['https://169.254.169.254/latest/meta-data', '169.254.169.254 is not public'],
  ])('%s is not called', async (url, reason) => {
    const { isDelivered, status, error } = await post(url, only);
    expect([isDelivered, status, error]).toEqual([false, 0, expect.stringContaining(reason)]);
  });

  it('a name is not called that resolves to another one', async () => {
    // As the connection is made: a name that resolved to a public address before is not trusted.
    expect(await post('https://localhost/', only)).toMatchObject({
      isDelivered: false,
      error: expect.stringMatching(/^localhost resolves to (127\.0\.0\.1|::1): set WEBHOOK_TARGETS=any/),
    });
  });
});
