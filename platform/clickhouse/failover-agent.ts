import { Agent as HttpAgent, type AgentOptions } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { connect as connectTcp, isIP, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';

/** A server that does not answer a connection within this time is passed over. */
const CONNECT_TIMEOUT_MS = 3_000;
/** And not tried first for this long. */
const AVOIDED_FOR_MS = 10_000;

export interface FailoverOptions extends AgentOptions {
  /** Of servers that answer the same requests; all by http or all by https. */
  readonly addresses: readonly string[];
  /** Milliseconds of a clock that only goes forward. */
  readonly uptime?: () => number;
}

/** All connections are one pool: they answer the same requests. */
const POOL = 'servers';

/**
 * An agent whose connections go to several servers in turn, whatever host a request names. A server that rejects a
 * connection, or does not answer it, is passed over, so a request fails only where none of them answers. A request
 * that had been sent when its connection was lost fails: whether it may be repeated is the caller's decision.
 */
export function failoverAgent(options: FailoverOptions): HttpAgent {
  const isTls = options.addresses.some((address) => address.startsWith('https:'));
  const agent = isTls ? new HttpsAgent(options) : new HttpAgent(options);
  const dial = dialer(options, isTls);
  async function connect(done: (error: null, socket: Duplex) => void): Promise<void> {
    const place = takePlace(agent);
    try {
      const socket = await dial(place.signal);
      place.leave();
      done(null, socket);
    } catch (error) {
      place.leave();
      // As a connection that Node opens itself fails: of an error in place of a socket it notifies a waiting request
      // once for each connection that has closed, and leaves it in the queue.
      const socket = new Socket();
      done(null, socket);
      socket.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  }
  return Object.assign(agent, {
    getName: () => POOL,
    createConnection: (_options: unknown, done: (error: null, socket: Duplex) => void): undefined => {
      void connect(done);
    },
  });
}

interface Place {
  /** Aborts where the agent is destroyed. */
  readonly signal: AbortSignal;
  leave(): void;
}

/** Lets a connection count as one of `maxSockets` while it is being opened: Node counts it only afterwards. */
function takePlace(agent: HttpAgent): Place {
  const placeholder = new Socket();
  const destroyed = new AbortController();
  placeholder.once('close', () => destroyed.abort(new Error('the agent was destroyed')));
  Object.assign(agent.sockets, { [POOL]: [...(agent.sockets[POOL] ?? []), placeholder] });
  return {
    signal: destroyed.signal,
    leave: () => {
      const others = agent.sockets[POOL]?.filter((socket) => socket !== placeholder);
      Object.assign(agent.sockets, { [POOL]: others ?? [] });
    },
  };
}

function dialer({ addresses, uptime = () => performance.now() }: FailoverOptions, isTls: boolean) {
  const servers = addresses.map((address) => ({ url: new URL(address), avoidedUntil: -Infinity }));
  let turn = 0;
  return async (signal: AbortSignal): Promise<Socket> => {
    const inTurn = [...servers.slice(turn), ...servers.slice(0, turn)];
    turn = (turn + 1) % servers.length;
    const now = uptime();
    const order = [
      ...inTurn.filter(({ avoidedUntil }) => avoidedUntil <= now),
      ...inTurn.filter(({ avoidedUntil }) => avoidedUntil > now),
    ];
    const errors: unknown[] = [];
    for (const server of order) {
      try {
        const socket = await connected(server.url, isTls, signal);
        server.avoidedUntil = -Infinity;
        return socket;
      } catch (error) {
        signal.throwIfAborted();
        errors.push(error);
        server.avoidedUntil = uptime() + AVOIDED_FOR_MS;
      }
    }
    throw new NoServerError(addresses, errors);
  };
}

/** None of the servers of CLICKHOUSE_URL accepts a connection. */
export class NoServerError extends Error {
  readonly code = 'ECONNREFUSED';
  constructor(addresses: readonly string[], errors: readonly unknown[]) {
    const reasons = errors.map((error) => (error instanceof Error ? error.message : String(error)));
    super(`None of ${addresses.join(', ')} accepts a connection: ${reasons.join('; ')}`);
    this.name = 'NoServerError';
  }
}

function connected({ hostname, port }: URL, isTls: boolean, signal: AbortSignal): Promise<Socket> {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const place = { host, port: Number(port || (isTls ? 443 : 80)) };
  // A server is not named by an IP address in TLS (RFC 6066); its certificate is checked against it nevertheless.
  const socket = isTls
    ? connectTls({ ...place, ...(!isIP(host) && { servername: host }) })
    : connectTcp(place);
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      signal.removeEventListener('abort', abort);
      socket.destroy();
      reject(error);
    };
    const abort = (): void => fail(new Error('the connection is no longer needed'));
    signal.addEventListener('abort', abort);
    socket.setTimeout(CONNECT_TIMEOUT_MS, () =>
      fail(new Error(`no connection to ${hostname}:${place.port} within ${CONNECT_TIMEOUT_MS} ms`)),
    );
    socket.once('error', fail);
    socket.once(isTls ? 'secureConnect' : 'connect', () => {
      signal.removeEventListener('abort', abort);
      socket.setTimeout(0);
      socket.removeAllListeners('timeout');
      socket.off('error', fail);
      socket.setNoDelay(true);
      socket.setKeepAlive(true);
      resolve(socket);
    });
  });
}
