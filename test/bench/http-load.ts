import { once } from 'node:events';
import { connect } from 'node:net';

/** A request that is sent over and over. */
export interface LoadedRequest {
  readonly port: number;
  readonly path: string;
  readonly token: string;
}

/**
 * Sends requests on connections that are kept alive, each as soon as the answer before it is complete. It parses as
 * little as it can, so that the server and not the client is the bottleneck.
 * @throws where an answer is not 200 with a Content-Length
 */
export async function load(request: LoadedRequest, count: number, connections: number): Promise<void> {
  const { port, path, token } = request;
  const bytes = Buffer.from(
    `GET ${path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer ${token}\r\n\r\n`,
    'latin1',
  );
  let left = count;
  const one = async (): Promise<void> => {
    const socket = connect(port, '127.0.0.1').setNoDelay(true);
    await once(socket, 'connect');
    await new Promise<void>((resolve, reject) => {
      const next = (): void => {
        left -= 1;
        if (left < 0) resolve();
        else socket.write(bytes);
      };
      let missing = 0;
      socket.on('data', (data) => {
        try {
          missing = missing > 0 ? missing - data.length : missingOf(data);
          if (missing === 0) next();
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      });
      socket.on('error', reject).on('close', () => reject(new Error('the server closed a connection')));
      next();
    });
    socket.removeAllListeners('close').destroy();
  };
  await Promise.all(Array.from({ length: connections }, one));
}

/** How many bytes of an answer that begins here are still to come. */
export function missingOf(data: Buffer): number {
  const head = data.toString('latin1', 0, 1_024);
  const end = head.indexOf('\r\n\r\n');
  const length = /^HTTP\/1\.1 200 [^]*?content-length: (\d+)/i.exec(head)?.[1];
  if (end < 0 || length === undefined) throw new Error(`not an expected answer: ${head.slice(0, 200)}`);
  return end + 4 + Number(length) - data.length;
}
