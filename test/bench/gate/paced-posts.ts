import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { missingOf } from '../http-load.ts';

export interface PacedPosts {
  readonly port: number;
  readonly path: string;
  readonly token: string;
  readonly body: object;
  readonly perSecond: number;
  readonly count: number;
  /** More requests than connections wait for one. */
  readonly connections: number;
}

/**
 * Sends a request over and over at a fixed pace, whatever the answers take, on connections that are kept alive.
 * @returns how long each took from when it was due, in milliseconds: a slow answer that holds up others counts for them
 * @throws where an answer is not 200 with a Content-Length
 */
export async function pacedPosts(posts: PacedPosts): Promise<number[]> {
  const { port, perSecond, count, connections } = posts;
  const bytes = requestOf(posts);
  const latenciesMs: number[] = [];
  const waiting: number[] = [];
  const idle: Socket[] = [];
  const dueOf = new Map<Socket, number>();
  const done = Promise.withResolvers<void>();
  const fail = (error: unknown): void =>
    done.reject(error instanceof Error ? error : new Error(String(error)));

  function send(): void {
    while (waiting.length > 0) {
      const socket = idle.pop();
      const due = socket && waiting.shift();
      if (socket === undefined || due === undefined) return;
      dueOf.set(socket, due);
      socket.write(bytes);
    }
  }

  async function open(): Promise<Socket> {
    const socket = connect(port, '127.0.0.1').setNoDelay(true);
    await once(socket, 'connect');
    let missing = 0;
    socket.on('data', (data) => {
      try {
        missing = missing > 0 ? missing - data.length : missingOf(data);
      } catch (error) {
        return fail(error);
      }
      if (missing > 0) return;
      latenciesMs.push(performance.now() - (dueOf.get(socket) ?? 0));
      idle.push(socket);
      if (latenciesMs.length === count) done.resolve();
      else send();
    });
    socket.on('error', fail).on('close', () => fail(new Error('the server closed a connection')));
    return socket;
  }

  const sockets = await Promise.all(Array.from({ length: connections }, open));
  idle.push(...sockets);
  done.promise.catch(() => undefined);
  const startedAt = performance.now();
  try {
    for (let sent = 0; sent < count;) {
      const due = startedAt + (sent * 1_000) / perSecond;
      if (due > performance.now()) {
        await Promise.race([sleep(1), done.promise]);
        continue;
      }
      waiting.push(due);
      sent += 1;
      send();
    }
    await done.promise;
  } finally {
    for (const socket of sockets) socket.removeAllListeners('close').destroy();
  }
  return latenciesMs;
}

function requestOf({ path, token, body }: PacedPosts): Buffer {
  const content = JSON.stringify(body);
  const head = [
    `POST ${path} HTTP/1.1`,
    'Host: bench',
    `Authorization: Bearer ${token}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(content)}`,
  ].join('\r\n');
  return Buffer.from(`${head}\r\n\r\n${content}`);
}
