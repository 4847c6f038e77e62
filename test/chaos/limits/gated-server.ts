import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../../deploy/local/until.ts';
import type { Fault } from '../fault.ts';
import type { Ledger } from '../ledger.ts';
import { ServerProcess } from '../server-process.ts';
import { readAcknowledged } from './gated-calls.ts';
import { GATED, TOTAL } from './gated-orgs.ts';
import type { GatedApiOptions } from './gated-api.ts';

const PROGRAM = 'test/chaos/limits/gated-api.ts';
/** A gate waits out the session of one before it. */
const SPENDS_WITHIN_MS = 90_000;
/** So much of their limits its calls would use in a run, if no gate rejected any. */
const WANTED = 2.5;
/** Of each organisation, on a busy machine. */
const CALLS_PER_S = 4;

export interface GatedServerStart extends Pick<
  GatedApiOptions,
  'brokers' | 'topicPrefix' | 'gateUrls' | 'token'
> {
  /** Of the run. */
  readonly seconds: number;
}

/** An API server that asks gates before its calls (gated-api.ts), and is killed and frozen. */
export class GatedServer {
  readonly #server: ServerProcess;
  readonly #directory: string;
  readonly #file: string;

  private constructor(server: ServerProcess, directory: string, file: string) {
    this.#server = server;
    this.#directory = directory;
    this.#file = file;
  }

  /** Resolves when it has spent credits of every organisation. @throws where it has not in time */
  static async start({ seconds, ...options }: GatedServerStart): Promise<GatedServer> {
    const directory = mkdtempSync(join(tmpdir(), 'api-credits-chaos-'));
    const acknowledgedFile = join(directory, 'acknowledged');
    const meanCredits = Math.max(2, Math.ceil((WANTED * TOTAL) / (CALLS_PER_S * seconds)));
    const own: GatedApiOptions = { ...options, orgs: GATED, meanCredits, acknowledgedFile };
    const server = await ServerProcess.start(PROGRAM, own);
    const started = new GatedServer(server, directory, acknowledgedFile);
    if (await until(() => started.#hasSpent(), SPENDS_WITHIN_MS)) return started;
    await server.stop();
    throw new Error(`${PROGRAM} got no credits from a gate within ${SPENDS_WITHIN_MS / 1_000} s`);
  }

  get kills(): number {
    return this.#server.kills;
  }

  /** Resolves when the fault is over. */
  inject(fault: Pick<Fault, 'kind' | 'forMs'>): Promise<void> {
    return this.#server.inject(fault);
  }

  /** Ends it once Kafka has everything, and enters what was acknowledged. @returns how many calls were rejected */
  async finish(ledger: Ledger): Promise<{ readonly calls: number; readonly rejected: number }> {
    await this.#server.stop();
    const calls = readAcknowledged(this.#file);
    for (const call of calls) {
      ledger.offered(call.event_id, call);
      ledger.acknowledged(call.event_id, Date.now());
    }
    rmSync(this.#directory, { recursive: true });
    return { calls: calls.length, rejected: calls.filter(({ status }) => status === 429).length };
  }

  #hasSpent(): boolean {
    const spent = readAcknowledged(this.#file).filter(({ credits }) => credits > 0);
    return GATED.every((org) => spent.some(({ org_id }) => org_id === org));
  }
}
