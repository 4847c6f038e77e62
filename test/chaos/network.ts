import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../deploy/local/ports.ts';

/** By how much a slow link delays each piece of data, each way. */
const LATENCY_MS = 150;

/**
 * cut: connections are closed, and new ones refused. delay: every piece of data arrives late. silence: connections stay
 * open and nothing arrives any more, as where a machine vanished; they are closed when the silence ends.
 */
export const LINK_FAULTS = ['cut', 'delay', 'silence'] as const;
export type LinkFault = (typeof LINK_FAULTS)[number];

export const isLinkFault = (kind: string): kind is LinkFault => LINK_FAULTS.some((fault) => fault === kind);

/** The connection between the processes of a stack and one server, with faults. */
export class FaultyLink {
  readonly port: number;
  readonly #target: { readonly host: string; readonly port: number };
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #latencyMs = 0;
  /** Resolves when the silence is over. */
  #silence: Promise<unknown> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /** Listens on a free port and passes everything on. @param target port of a server on this machine */
  static async open(target: number): Promise<FaultyLink> {
    // No outgoing connection gets this port while the link is cut.
    const link = new FaultyLink(await freePort(), target);
    await link.#listen();
    return link;
  }

  private constructor(port: number, target: number) {
    this.port = port;
    this.#target = { host: '127.0.0.1', port: target };
  }

  /** Resolves when the fault is over. A fault waits until the one before is over. */
  inject(fault: LinkFault, forMs: number): Promise<void> {
    return this.during(fault, () => sleep(forMs));
  }

  /**
   * Does something while the link has a fault, in its turn. @returns its result, once the fault is over
   */
  during<Result>(fault: LinkFault, action: () => Promise<Result>): Promise<Result> {
    const injected = this.#last.then(() => this.#during(fault, action));
    this.#last = injected.catch(() => undefined);
    return injected;
  }

  async #during<Result>(fault: LinkFault, action: () => Promise<Result>): Promise<Result> {
    if (fault === 'cut') await this.close();
    if (fault === 'delay') this.#latencyMs = LATENCY_MS;
    const running = action();
    if (fault === 'silence') this.#silence = running.catch(() => undefined);
    try {
      return await running;
    } finally {
      this.#latencyMs = 0;
      if (fault === 'cut') await this.#listen();
      if (fault === 'silence') this.#hangUp();
      this.#silence = undefined;
    }
  }

  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    server.close();
    this.#hangUp();
    await once(server, 'close');
  }

  async #listen(): Promise<void> {
    this.#server = createServer({ noDelay: true }, (client) => {
      const upstream = connect({ ...this.#target, noDelay: true });
      this.#pass(client, upstream);
      this.#pass(upstream, client);
    }).listen(this.port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  #hangUp(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #pass(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.on('error', () => to.destroy());
    from.on('close', () => {
      this.#sockets.delete(from);
      to.destroy();
    });
    from.on('end', () => to.end());
    from.on('data', (data: Buffer) => {
      from.pause();
      void this.#carry(data, to).then(() => from.resume());
    });
  }

  /** Resolves when the receiver can take more. */
  async #carry(data: Buffer, to: Socket): Promise<void> {
    if (this.#latencyMs > 0) await sleep(this.#latencyMs);
    await this.#silence;
    if (!to.writable || to.write(data)) return;
    // An error closes it too.
    await Promise.race([once(to, 'drain'), once(to, 'close')]).catch(() => undefined);
  }
}
