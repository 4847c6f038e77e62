import { once } from 'node:events';
import { createServer, request } from 'node:http';

/**
 * Stands before a ClickHouse and ends each answer after so many bytes of its body as if that were all, with its last
 * chunk: what ClickHouse sends where it has no room for a result.
 */
export async function startEndingProxy(
  clickhouseUrl: string,
  bytes: number,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((incoming, outgoing) => {
    const { method, headers, url = '/' } = incoming;
    const upstream = request(new URL(url, clickhouseUrl), { method, headers }, (answer) => {
      const { 'content-length': _all, 'transfer-encoding': _coding, ...kept } = answer.headers;
      outgoing.writeHead(answer.statusCode ?? 500, kept);
      let left = bytes;
      answer.on('error', () => undefined);
      answer.on('data', (data: Buffer) => {
        if (outgoing.writableEnded) return;
        outgoing.write(data.subarray(0, left));
        left -= data.length;
        if (left > 0) return;
        outgoing.end();
        answer.destroy();
      });
      answer.on('end', () => outgoing.end());
    });
    upstream.on('error', () => outgoing.destroy());
    incoming.pipe(upstream);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy does not listen');
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: async () => {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}
