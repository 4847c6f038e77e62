import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';

/** A server on a free port of this machine. */
export interface TestServer {
  readonly url: string;
  readonly port: number;
  readonly server: Server;
  /** Ends its connections too. */
  stop(): Promise<void>;
}

export const serve = (listener: RequestListener): Promise<TestServer> => listenOn(createServer(listener));

export async function listenOn(server: Server): Promise<TestServer> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  const stop = async (): Promise<void> => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  return { url: `http://127.0.0.1:${port}`, port, server, stop };
}

export function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server does not listen');
  return address.port;
}

/** A client's connection on which the test writes HTTP as it likes. */
export interface Connection {
  readonly socket: Socket;
  /** What the server sent so far. */
  received(): string;
}

export async function openConnection(port: number): Promise<Connection> {
  const socket = connect(port, '127.0.0.1');
  let received = '';
  socket.setEncoding('latin1').on('data', (text: string) => (received += text));
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return { socket, received: () => received };
}

export const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: test\r\n\r\n`;
