import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { freePort } from '../../deploy/local/ports.ts';

/** Forwards connections to a server that others use too, so that it seems to be away for one suite. */
export interface TcpProxy {
  readonly port: number;
  /** Listens, as a server that starts. */
  open(): Promise<void>;
  /** Ends every connection and listens no more, as a server that is killed. */
  close(): Promise<void>;
}

/** Closed at first. @param target `host:port` */
export async function tcpProxy(target: string): Promise<TcpProxy> {
  const [host, port] = target.split(':');
  const listensOn = await freePort();
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  const forward = (client: Socket): void => {
    const upstream = connect(Number(port), host);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  };
  return {
    port: listensOn,
    open: async () => {
      server = createServer(forward).listen(listensOn, '127.0.0.1');
      await once(server, 'listening');
    },
    close: async () => {
      const closing = server;
      server = undefined;
      if (!closing) return;
      closing.close();
      for (const socket of sockets) socket.destroy();
      await once(closing, 'close');
    },
  };
}
