import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../deploy/local/until.ts';
import { projectRoot } from '../../schemas/root.ts';
import type { Fault } from './fault.ts';

const UP_WITHIN_MS = 60_000;

/** An API server of the run (api-server.ts, limits/gated-api.ts) that is killed and started again, or frozen. */
export class ServerProcess {
  readonly #program: string;
  readonly #options: object;
  #process: ChildProcess | undefined;
  #isOver = false;
  #last: Promise<unknown> = Promise.resolve();
  kills = 0;

  private constructor(program: string, options: object) {
    this.#program = program;
    this.#options = options;
  }

  /** @param options its only argument, as JSON. @throws where it does not print `listening` within a minute */
  static async start(program: string, options: object): Promise<ServerProcess> {
    const server = new ServerProcess(program, options);
    await server.#start();
    return server;
  }

  async #start(): Promise<void> {
    const child = spawn(process.execPath, [this.#program, JSON.stringify(this.#options)], {
      cwd: projectRoot(),
      // It ends with this process, when its standard input does.
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#process = child;
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    if (await until(() => output.includes('listening'), UP_WITHIN_MS)) return;
    throw new Error(`${this.#program} did not listen within ${UP_WITHIN_MS / 1_000} s`);
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

  /** From now on nothing is injected. */
  spare(): void {
    this.#isOver = true;
  }

  /** Ends it by SIGTERM. @throws where it could not publish everything */
  async stop(): Promise<void> {
    this.spare();
    await this.#last;
    const child = this.#process;
    this.#process = undefined;
    if (!child) return;
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    const [code]: unknown[] = await gone;
    if (code !== 0)
      throw new Error(`${this.#program} ended with ${String(code)}: not all events are in Kafka`);
  }
}
