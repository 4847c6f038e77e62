import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';

/** What a receiver of webhooks got. */
export interface Got {
  readonly id: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** Whether one of its signatures is by this secret, over exactly what was received. */
  isSignedBy(secret: string): boolean;
  readonly at: number;
}

export interface Receiver {
  readonly url: string;
  readonly got: readonly Got[];
  /** What it answers from now on: a status, or nothing at all. */
  answer: number | 'nothing';
  close(): Promise<void>;
}

/** A receiver of webhooks on this machine, written after the Standard Webhooks specification alone. */
export async function openReceiver(): Promise<Receiver> {
  const got: Got[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const body = Buffer.concat(pieces).toString();
      const {
        'webhook-id': id = '',
        'webhook-timestamp': timestamp = '',
        'webhook-signature': signatures = '',
      } = request.headers;
      const { type, data } = JSON.parse(body);
      got.push({
        id: String(id),
        type,
        data,
        at: Date.now(),
        isSignedBy: (secret) => {
          const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
          const signature = createHmac('sha256', key)
            .update(`${String(id)}.${String(timestamp)}.${body}`)
            .digest('base64');
          return String(signatures).split(' ').includes(`v1,${signature}`);
        },
      });
      if (receiver.answer !== 'nothing') response.writeHead(receiver.answer).end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const receiver: Receiver = {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/hook`,
    got,
    answer: 204,
    close: async () => {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
  return receiver;
}
