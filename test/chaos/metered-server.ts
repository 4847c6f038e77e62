import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../deploy/local/ports.ts';
import type { ApiServerOptions } from './api-server.ts';
import type { Ledger } from './ledger.ts';
import type { Fault } from './fault.ts';
import { ServerProcess } from './server-process.ts';
import type { Call } from './traffic.ts';

const PROGRAM = 'test/chaos/api-server.ts';
const ANSWER_WITHIN_MS = 5_000;
const CALLS_AT_ONCE = 10;
const PAUSE_MS = 100;
/** How often the calls of unknown outcome are made again. */
const ATTEMPTS = 20;

/**
 * An API server (api-server.ts) that is killed and started again, and its clients. They make a call once: whether it was
 * metered is unknown where the server was killed meanwhile. At the end they make those calls again, under their ids.
 */
export class MeteredServer {
  readonly #options: ApiServerOptions;
  readonly #ledger: Ledger;
  readonly #directory: string;
  readonly #calls = new Map<string, Call>();
  readonly #server: ServerProcess;

  private constructor(options: ApiServerOptions, directory: string, ledger: Ledger, server: ServerProcess) {
    this.#options = options;
    this.#server = server;
    this.#directory = directory;
    this.#ledger = ledger;
  }

  static async start(
    kafka: { readonly brokers: string; readonly topicPrefix: string },
    ledger: Ledger,
  ): Promise<MeteredServer> {
    const directory = mkdtempSync(join(tmpdir(), 'api-credits-chaos-'));
    const files = { spoolDirectory: join(directory, 'spool'), resolvedFile: join(directory, 'resolved') };
    const options = { ...kafka, ...files, port: await freePort() };
    return new MeteredServer(options, directory, ledger, await ServerProcess.start(PROGRAM, options));
  }

  get kills(): number {
    return this.#server.kills;
  }

  /** Resolves when the fault is over. */
  inject(fault: Pick<Fault, 'kind' | 'forMs'>): Promise<void> {
    return this.#server.inject(fault);
  }

  /** Makes calls until `over` aborts. */
  async makeCalls(next: (now: number) => Call, over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      const calls = Array.from({ length: CALLS_AT_ONCE }, () => next(Date.now()));
      for (const call of calls) {
        this.#ledger.offered(call.event_id, call);
        this.#calls.set(call.event_id, call);
      }
      await Promise.all(calls.map((call) => this.#make(call)));
      await sleep(PAUSE_MS);
    }
  }

  async #make(call: Call): Promise<void> {
    const body = JSON.stringify(call);
    const url = `http://127.0.0.1:${this.#options.port}/calls/${call.event_id}`;
    const headers = { 'content-type': 'application/json' };
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    // Whatever becomes of it: the file of what resolved says.
    await fetch(url, { method: 'POST', headers, body, signal }).then(
      (answer) => answer.text(),
      () => undefined,
    );
  }

  /**
   * Makes the calls again whose publish has not resolved, and waits until Kafka has everything.
   * @returns how many calls there were, and of how many the publish had resolved before that
   */
  async finish(): Promise<{ readonly calls: number; readonly resolved: number }> {
    this.#server.spare();
    const counts = { calls: this.#calls.size, resolved: this.#resolved().size };
    for (let attempt = 0; this.#unresolved().length > 0; attempt += 1) {
      if (attempt === ATTEMPTS) throw new Error(`${this.#unresolved().length} calls never resolved`);
      await Promise.all(this.#unresolved().map((call) => this.#make(call)));
      await sleep(PAUSE_MS);
    }
    await this.#server.stop();
    // Only now: what had resolved was on the disk, not yet in Kafka.
    for (const id of this.#resolved()) this.#ledger.acknowledged(id, Date.now());
    rmSync(this.#directory, { recursive: true });
    return counts;
  }

  #unresolved(): Call[] {
    const resolved = this.#resolved();
    return [...this.#calls.values()].filter(({ event_id }) => !resolved.has(event_id));
  }

  #resolved(): Set<string> {
    const { resolvedFile } = this.#options;
    if (!existsSync(resolvedFile)) return new Set();
    return new Set(
      readFileSync(resolvedFile, 'utf8')
        .split('\n')
        .filter((id) => id !== ''),
    );
  }
}
