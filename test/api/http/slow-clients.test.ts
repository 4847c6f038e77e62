import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { fastify } from 'fastify';
import { answerError } from '../../../api/problems/handlers.ts';
import { listen } from '../../../api/listen.ts';
import { openWithoutServers } from '../api-without-servers.ts';

describe('a client that sends the beginning of a body', () => {
  it('and then nothing gets a 408 and loses the connection', async () => {
    const app = fastify({ handlerTimeout: 200 });
    app.setErrorHandler(answerError);
    app.post('/', async () => 'never');
    const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(
      'POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{',
    );
    let text = '';
    socket.on('data', (data) => (text += data.toString()));
    await once(socket, 'end');
    expect(text).toMatch(/^HTTP\/1\.1 408 /);
    expect(text).toContain('"type":"request-timeout"');
    await app.close();
  });
});

describe('a client that reads nothing', () => {
  it('is disconnected after a while without traffic', async () => {
    const api = await openWithoutServers();
    const { port } = new URL(await listen(api.app, '127.0.0.1', 0));
    // The timeout is a minute; here it is 300 ms.
    api.app.server.setTimeout(api.app.server.timeout / 200);
    const accepted = new Promise<Socket>((resolve) => api.app.server.once('connection', resolve));
    const client = connect(Number(port), '127.0.0.1').pause();
    client.on('error', () => undefined);
    client.write('GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(12));
    const socket = await accepted;
    await once(socket, 'close');
    expect(socket.bytesWritten).toBeGreaterThan(0);
    client.destroy();
    await api.close();
  });
});
