import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../deploy/local/ports.ts';
import { until } from '../../deploy/local/until.ts';
import { projectRoot } from '../../schemas/root.ts';
import type { ApiServerOptions } from './api-server.ts';
import type { Ledger } from './ledger.ts';
import type { Fault } from './plan.ts';
import type { Call } from './traffic.ts';

const PROGRAM = 'test/chaos/api-server.ts';
const UP_WITHIN_MS = 60_000;
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
  #process: ChildProcess | undefined;
  #isOver = false;
  #last: Promise<unknown> = Promise.resolve();
  kills = 0;

  private constructor(options: ApiServerOptions, directory: string, ledger: Ledger) {
    this.#options = options;
    this.#directory = directory;
    this.#ledger = ledger;
  }

  static async start(
    kafka: { readonly brokers: string; readonly topicPrefix: string },
    ledger: Ledger,
  ): Promise<MeteredServer> {
    const directory = mkdtempSync(join(tmpdir(), 'api-credits-chaos-'));
    const files = { spoolDirectory: join(directory, 'spool'), resolvedFile: join(directory, 'resolved') };
    const server = new MeteredServer({ ...kafka, ...files, port: await freePort() }, directory, ledger);
    await server.#start();
    return server;
  }

  async #start(): Promise<void> {
    const child = spawn(process.execPath, [PROGRAM, JSON.stringify(this.#options)], {
      cwd: projectRoot(),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#process = child;
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    if (await until(() => output.includes('listening'), UP_WITHIN_MS)) return;
    throw new Error(`${PROGRAM} did not listen within ${UP_WITHIN_MS / 1_000} s`);
  }

  /**
   * Kills it with kill -9 and starts it again, or freezes it for a while. Resolves when that is over. A fault waits
   * until the one before is over: a busy machine may take longer to start the server than the plan expects.
   */
  inject(fault: Pick<Fault, 'kind' | 'forMs'>): Promise<void> {
    const injected = this.#last.then(() => this.#injectNow(fault));
    this.#last = injected.catch(() => undefined);
    return injected;
  }

  async #injectNow({ kind, forMs }: Pick<Fault, 'kind' | 'forMs'>): Promise<void> {
    const child = this.#process;
    if (!child || this.#isOver) return;
    if (kind === 'freeze') {
      child.kill('SIGSTOP');
      await sleep(forMs);
      child.kill('SIGCONT');
      return;
    }
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    this.kills += 1;
    await this.#start();
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
    this.#isOver = true;
    const counts = { calls: this.#calls.size, resolved: this.#resolved().size };
    for (let attempt = 0; this.#unresolved().length > 0; attempt += 1) {
      if (attempt === ATTEMPTS) throw new Error(`${this.#unresolved().length} calls never resolved`);
      await Promise.all(this.#unresolved().map((call) => this.#make(call)));
      await sleep(PAUSE_MS);
    }
    const child = this.#process;
    if (child) {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      const [code]: unknown[] = await gone;
      if (code !== 0) throw new Error(`${PROGRAM} ended with ${String(code)}: not all events are in Kafka`);
    }
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
