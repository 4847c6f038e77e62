import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { freePort } from './ports.ts';

export interface GentleProxy {
  readonly port: number;
  stop(): void;
}

/**
 * Passes connections on to a port of this machine, and closes them in order: where one side resets, the other one
 * only sees the end of the stream. The library's listener for other servers ends its whole process on a connection
 * that is reset (ClickHouse 26.7), as when a member of the cluster is killed.
 */
export async function startGentleProxy(targetPort: number): Promise<GentleProxy> {
  const open = new Set<Socket>();
  const pass = (from: Socket, to: Socket): void => {
    open.add(from);
    from.on('error', () => to.end());
    from.on('close', () => {
      open.delete(from);
      to.end();
    });
    from.pipe(to);
  };
  const server = createServer({ noDelay: true }, (socket) => {
    const target = connect({ host: '127.0.0.1', port: targetPort, noDelay: true });
    pass(socket, target);
    pass(target, socket);
  });
  const port = await freePort();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port,
    stop: () => {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
