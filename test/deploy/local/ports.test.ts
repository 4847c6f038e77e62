import { once } from 'node:events';
import { createServer } from 'node:net';
import { assertPortFree, freePort } from '../../../deploy/local/ports.ts';

describe('ports', () => {
  it('one in use is named, with the variable that changes it', async () => {
    const port = await freePort();
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    await expect(assertPortFree(port, 'PORT')).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      message: `Port ${port} is in use. Stop the program that listens there, or set PORT to a free port.`,
    });
    server.close();
    await once(server, 'close');
    await expect(assertPortFree(port, 'PORT')).resolves.toBeUndefined();
  });

  it('a free one is found after others that are in use', async () => {
    const [taken, free] = [await freePort(), await freePort()];
    const server = createServer().listen(taken, '127.0.0.1');
    await once(server, 'listening');
    const draws = [taken, taken, free];
    expect(await freePort(() => draws.shift() ?? 0)).toBe(free);
    server.close();
  });
});
